/** Outside asc, where abi.ts is plain TypeScript, the engine's integers are numbers. */
declare type u32 = number;
