/** Thrown by a command that has finished and has reported what it found broken. */
export class Broken extends Error {}
