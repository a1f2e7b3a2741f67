import type { BinaryName, UnaryName } from '../../../scalarFunctions.ts'

/** Multiplies `result` by 2ⁿ for |n| < 192, one binary digit of n at a time: exact, unlike WebGPU's pow. */
const scale = [64, 64, 32, 16, 8, 4, 2, 1]
  .map((bits) => `if(size>=${bits}){size=size-${bits};result=result*(n<0?${2 ** -bits}:${2 ** bits});}`)
  .join('')

/** Beyond this sines and cosines are NaN. */
export const largestAngle = 2 ** 17

/**
 * Functions that GPU.js lacks, or that WebGPU computes too roughly: its sine is off by up to 2⁻¹¹, its logarithm of 0 is
 * −88, and its NaN vanishes in most functions. Only `x === x` detects NaN in all modes.
 */
const sources = {
  /** eˣ = 2ⁿ eʳ with |r| ≤ ln 2 / 2 (Cephes, expf): WebGPU's own is off by up to 3 + 2|x| units in the last place. */
  expOf: `function expOf(x){
    if(!(x===x)){return x;}
    const held=Math.max((0-104),Math.min(x,90));
    const n=Math.floor(held*1.4426950408889634+0.5);
    const r=(held-n*0.693359375)+n*0.00021219444005469057;
    const higher=((((0.00019875691500*r+0.0013981999507)*r+0.0083334519073)*r+0.041665795894)*r
      +0.16666665459)*r+0.50000001201;
    let result=(higher*r)*r+r+1;
    let size=Math.abs(n);
    ${scale}
    return result;
  }`,

  /** eˣ − 1; near 0 by its series. */
  expm1Of: `function expm1Of(x){
    if(Math.abs(x)<0.5){
      return x*(1+x/2*(1+x/3*(1+x/4*(1+x/5*(1+x/6*(1+x/7*(1+x/8)))))));
    }
    return expOf(x)-1;
  }`,

  /** ln(1 + x) for −0.3 < x < 0.42: 2 artanh(x / (2 + x)) by its series. */
  log1pNear: `function log1pNear(x){
    const s=x/(2+x);
    const z=s*s;
    return 2*s*(1+z*(1/3+z*(1/5+z*(1/7+z*(1/9+z/11)))));
  }`,

  /** ln x. */
  logOf: `function logOf(x,infinity,notANumber){
    if(!(x===x)){return x;}
    if(x<0){return notANumber;}
    if(x===0){return 0-infinity;}
    if(x===infinity){return x;}
    if(x>0.7&&x<1.42){return log1pNear(x-1);}
    return Math.log(x);
  }`,

  /** ln(1 + x). */
  log1pOf: `function log1pOf(x,infinity,notANumber){
    if(x>(0-0.3)&&x<0.42){return log1pNear(x);}
    return logOf(1+x,infinity,notANumber);
  }`,

  /**
   * sin(x + quarters · π/2): the angle less a multiple of π/2, in three steps that lose no digits (Cephes, sinf). Beyond
   * 2¹⁷ they would lose all of them, hence NaN.
   */
  sineOf: `function sineOf(x,quarters,notANumber){
    if(!(Math.abs(x)<${largestAngle})){return notANumber;}
    const n=Math.floor(x*0.6366197723675814+0.5);
    const r=((x-n*1.5703125)-n*0.0004837512969970703)-n*0.0000000754978995489188;
    const z=r*r;
    const turned=n+quarters;
    const quadrant=turned-4*Math.floor(turned*0.25);
    const sine=((0.0083321608736-0.00019515295891*z)*z-0.16666654611)*z*r+r;
    const cosine=((0.00002443315711809948*z-0.001388731625493765)*z+0.04166664568298827)*z*z-0.5*z+1;
    if(quadrant<0.5){return sine;}
    if(quadrant<1.5){return cosine;}
    if(quadrant<2.5){return 0-sine;}
    return 0-cosine;
  }`,

  /** arctan x, reduced to |x| < √2 − 1 (Cephes, atanf). */
  atanOf: `function atanOf(x){
    const size=Math.abs(x);
    let angle=0;
    let t=size;
    if(size>2.414213562373095){angle=1.5707963267948966;t=(0-1)/size;}
    else if(size>0.4142135623730951){angle=0.7853981633974483;t=(size-1)/(size+1);}
    const z=t*t;
    const result=angle+((((0.0805374449538*z-0.138776856032)*z+0.199777106478)*z-0.333329491539)*z*t+t);
    return x<0?0-result:result;
  }`,

  /** The angle of (x, y); 1/x tells −0 from 0. */
  atan2Of: `function atan2Of(y,x,infinity){
    if(!(y===y)){return y;}
    if(!(x===x)){return x;}
    const tall=Math.abs(y);
    const wide=Math.abs(x);
    let angle=0;
    if(tall===infinity&&wide===infinity){angle=0.7853981633974483;}
    else if(tall>wide){angle=1.5707963267948966-atanOf(wide/tall);}
    else if(wide>0){angle=atanOf(tall/wide);}
    if(x<0||(x===0&&1/x<0)){angle=3.141592653589793-angle;}
    return y<0||(y===0&&1/y<0)?0-angle:angle;
  }`,

  /** arcsin x: the angle of (√(1 − x²), x). */
  asinOf: `function asinOf(x,infinity,notANumber){
    if(Math.abs(x)>1){return notANumber;}
    return atan2Of(x,Math.sqrt((1-x)*(1+x)),infinity);
  }`,

  /** arccos x: the angle of (x, √(1 − x²)). */
  acosOf: `function acosOf(x,infinity,notANumber){
    if(!(x===x)){return x;}
    if(Math.abs(x)>1){return notANumber;}
    return atan2Of(Math.sqrt((1-x)*(1+x)),x,infinity);
  }`,

  /** (eˣ − 1) / 2 by way of e^(x/2), as eˣ overflows before its half does. */
  halfExpm1Of: `function halfExpm1Of(x){
    const root=expm1Of(x/2);
    return root*(1+root/2);
  }`,

  /** sinh x. */
  sinhOf: `function sinhOf(x){
    if(!(x===x)){return x;}
    return halfExpm1Of(x)-halfExpm1Of(0-x);
  }`,

  /** cosh x. */
  coshOf: `function coshOf(x){
    if(!(x===x)){return x;}
    return 1+(halfExpm1Of(x)+halfExpm1Of(0-x));
  }`,

  /** tanh x = (e²ˣ − 1) / (e²ˣ + 1). */
  tanhOf: `function tanhOf(x){
    if(!(x===x)){return x;}
    const grown=expm1Of(Math.min(2*Math.abs(x),30));
    const result=grown/(grown+2);
    return x<0?0-result:result;
  }`,

  /** The error function: below 1 by a polynomial (Cephes, erff), above by Abramowitz and Stegun 7.1.26. */
  erfOf: `function erfOf(x){
    if(!(x===x)){return x;}
    const size=Math.min(Math.abs(x),6);
    if(size<1){
      const z=x*x;
      return x*((((((0.00007853861353153693*z-0.0008010193625184903)*z+0.005188327685732524)*z
        -0.02685381393529856)*z+0.1128358514861418)*z-0.37612625824223)*z+1.12837916709551);
    }
    const t=1/(1+0.3275911*size);
    const tail=((((1.061405429*t-1.453152027)*t+1.421413741)*t-0.284496736)*t+0.254829592)*t;
    const result=1-tail*expOf(0-size*size);
    return x<0?0-result:result;
  }`,

  /** The nearest integer, halves to the even one. */
  roundOf: `function roundOf(x){
    const below=Math.floor(x);
    const rest=x-below;
    if(rest<0.5){return below;}
    if(rest>0.5){return below+1;}
    if(rest===0.5){
      const half=Math.floor(below*0.5);
      return below-2*half<0.5?below:below+1;
    }
    return x;
  }`,

  /** a − b ⌊a/b⌋; the quotient may be off by one, because division is inexact; for |a| < |b| it is known. */
  remainderOf: `function remainderOf(a,b,notANumber){
    if(b===0){return notANumber;}
    if(Math.abs(a)<Math.abs(b)){
      if(a<0){return b<0?a:a+b;}
      return a>0&&b<0?a+b:a;
    }
    const quotient=Math.floor(a/b);
    const rest=a-b*quotient;
    if(b>0){
      if(rest<0){return rest+b;}
      if(rest>=b){return rest-b;}
    }else{
      if(rest>0){return rest+b;}
      if(rest<=b){return rest-b;}
    }
    return rest;
  }`,

  /** aᵇ; every float32 from 2²⁴ on is even. */
  powerOf: `function powerOf(a,b,infinity,notANumber){
    if(b===0||a===1){return 1;}
    if(a===(0-1)&&Math.abs(b)===infinity){return 1;}
    if(!(a===a)){return a;}
    if(!(b===b)){return b;}
    let result=b>0?0:infinity;
    if(!(a===0)){result=expOf(b*logOf(Math.abs(a),infinity,notANumber));}
    if(a>0||Math.abs(b)>=16777216){return result;}
    const whole=Math.floor(b);
    if(!(whole===b)){return a<0&&!(Math.abs(a)===infinity)?notANumber:result;}
    const half=Math.floor(b*0.5);
    if(b-2*half<0.5){return result;}
    return a<0||1/a<0?0-result:result;
  }`,

  /** An integer: towards 0, within the range of int32, 0 for NaN. */
  integerOf: `function integerOf(x){
    if(!(x===x)){return 0;}
    return Math.max((0-2147483648),Math.min(Math.trunc(x),2147483648));
  }`,
} as const

export type FunctionName = keyof typeof sources

/** The scalar functions that are written out above: `expOf` computes `exp`. */
type WrittenOut = {
  [Name in UnaryName | BinaryName]: `${Name}Of` extends FunctionName ? Name : never
}[UnaryName | BinaryName]

/** The scalar functions that an expression computes. */
export type Expressible = Exclude<UnaryName | BinaryName, WrittenOut>

export function isWrittenOut(name: UnaryName | BinaryName): name is WrittenOut {
  return Object.hasOwn(sources, `${name}Of`)
}

/** Numbers for which GPU.js has no literals, and 0, whose literal drivers fold. The functions that name one as a parameter, after their operands, are given it. */
export const givenNumbers = {
  infinity: Number.POSITIVE_INFINITY,
  notANumber: Number.NaN,
  negativeZero: -0,
  zero: 0,
} as const

export type GivenNumber = keyof typeof givenNumbers

export function numbersGivenTo(name: FunctionName): GivenNumber[] {
  const parameters = parametersOf(name)
  return (Object.keys(givenNumbers) as GivenNumber[]).filter((number) => parameters.includes(number))
}

/** The names of the operands of a function, which come before the numbers that it is given. */
export function operandsOf(name: FunctionName): string[] {
  return parametersOf(name).filter((parameter) => !Object.hasOwn(givenNumbers, parameter))
}

function parametersOf(name: FunctionName): string[] {
  const source = sources[name]
  return source.slice(source.indexOf('(') + 1, source.indexOf(')')).split(',')
}

/** The sources of these functions and of all that they call. */
export function functionsUsed(names: Iterable<FunctionName>): string[] {
  const used = new Set<FunctionName>()
  const add = (name: FunctionName) => {
    if (used.has(name)) return
    for (const other of Object.keys(sources) as FunctionName[]) {
      if (other !== name && sources[name].includes(`${other}(`)) add(other)
    }
    used.add(name)
  }
  for (const name of names) add(name)
  return [...used].map((name) => sources[name].replaceAll(/\n\s*/g, ''))
}
