/** Ends a command that did its work and has said what it found broken. */
export class Broken extends Error {}
