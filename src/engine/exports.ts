/** The engine's exports as TypeScript sees them; assembly/index.ts says what each does. */
export interface EngineExports {
  format(partition: number, secret0: bigint, secret1: bigint): number;
  spaceAddress(): number;
  imageEnd(): number;
  isImage(): number;
  ensureInput(bytes: number): number;
  outputAddress(): number;
  ensureGroup(bytes: number): number;
  changesAddress(): number;
  prepare(): number;
  beginJudging(): number;
  judgeCommit(ordinal: number, height: number, actors: number, actorCount: number): number;
  maskCommit(ordinal: number, transactions: number): void;
  masksOf(ordinal: number): number;
  apply(): number;
  keepUndo(isKept: number): void;
  hasUndo(): number;
  transactionToUndo(): number;
  undoTransaction(): void;
  redoAll(): void;
  dropUndo(): void;
  wasThere(kind: number, row: number): number;
  writerAt(kind: number, row: number, path: number): number;
  setterAt(kind: number, row: number, path: number): number;
  collectionAt(kind: number, row: number, path: number): number;
  sequenceAt(kind: number, row: number, path: number): number;
  cellThen(kind: number, row: number, path: number): number;
  failureAt(field: number): number;
  symbolOf(kind: number, length: number): number;
  symbolBlob(symbol: number): number;
  idOfKey(type: number, keyLength: number): number;
  nameSymbol(kind: number, length: number): number;
  declareIndex(type: number, pathCount: number): number;
  ensureQuestion(bytes: number): number;
  objectOf(type: number, length: number): number;
  objectAddress(object: number): number;
  termsOf(grant: number, height: number): number;
  ensureProgram(bytes: number): number;
  ensureGrantsFor(count: number): number;
  installProgram(bytes: number, height: number): number;
  makeGrants(count: number, height: number): number;
  endGrants(count: number, height: number): number;
  kindOfGrant(grant: number): number;
  ensureSight(bytes: number): number;
  beginSight(): number;
  endSight(): void;
  beginImage(): void;
  hiddenAddress(): number;
  maskFields(kind: number, row: number, pathCount: number, verb: number): number;
  check(): number;
  listObjects(type: number): number;
  listSubjects(type: number, relation: number): number;
  relationFor(height: number, type: number, path: number, verb: number): number;
  listCandidates(type: number, relation: number): number;
  listGrantTo(
    object: number,
    relation: number,
    subject: number,
    subjectRelation: number,
    height: number,
  ): number;
  listGrantsOf(
    object: number,
    relation: number,
    isIndirect: number,
    height: number,
    limit: number,
  ): number;
  grantRows(): number;
  listHeld(first: number, end: number, height: number): number;
  inquiryAddress(): number;
  nodeById(word0: number, word1: number, word2: number, word3: number): number;
  nodeIdAddress(node: number): number;
  nodeType(node: number): number;
  nodeKeyCell(node: number): number;
  listNodes(type: number): number;
  listByValue(type: number, path: number): number;
  listInOrder(type: number, path: number, flags: number, limit: number): number;
  listDoubles(
    type: number,
    path: number,
    kind: number,
    flags: number,
    listed: number,
    most: number,
    work: number,
  ): number;
  listEdges(node: number, type: number, direction: number): number;
  edgeByName(from: number, to: number, type: number, key: number): number;
  edgeFrom(edge: number): number;
  edgeTo(edge: number): number;
  edgeType(edge: number): number;
  edgeKey(edge: number): number;
  cellAt(kind: number, row: number, path: number): number;
  cellsOf(pathCount: number, nodeCount: number): number;
  storedCellAt(kind: number, row: number, path: number): number;
  createdBy(kind: number, row: number): number;
  wasDeleted(kind: number, row: number): number;
  rowOfId(): number;
  rowOfEdge(from: number, to: number, type: number, key: number): number;
  shortestPath(from: number, to: number, depth: number, direction: number, type: number): number;
  runPlan(plan: number, work: number, items: number, bytes: number): number;
  answerBytes(): number;
  workLeft(): number;
  around(start: number, hops: number, direction: number, type: number): number;
  commitHashAddress(transaction: number): number;
  positionOf(transaction: number): number;
  clockOfCommit(): bigint;
  ordinalOfCommit(): number;
  commitsUpTo(clock: bigint, first: number, count: number): number;
  nodeCount(): number;
  edgeCount(): number;
  commitCount(): number;
  transactionCount(): number;
  hashTransactions(payload: number, bytes: number, scratch: number, scratchBytes: number): number;
  checkAhead(payload: number, bytes: number, author: number, target: number, room: number): number;
  touchAhead(touched: number): number;
  limitWrites(pages: number): void;
  spaceRoom(): number;
  memoryBytes(purpose: number): number;
  memoryFreeBytes(purpose: number): number;
  hashRoot(count: number, scratch: number, scratchBytes: number): number;
  beginSnapshot(ringPieces: number): number;
  endSnapshot(): void;
  ensureCompaction(): number;
  compact(): void;
  hashState(mode: number): number;
  isSealed(): number;
  streamBytes(): number;
  writeStateChunk(): number;
  beginLoading(): number;
  takeCommits(count: number): number;
  takeStateChunk(bytes: number): number;
  isStateWhole(): number;
}
