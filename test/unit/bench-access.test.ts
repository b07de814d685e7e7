import { expect, test } from 'vitest';
import { Company } from '../../bench/access/company.ts';
import { rowsOfSize } from '../../bench/areas/access.ts';

const COMPANY = { documents: 600, users: 50, groups: 20 };
const SIZE = { company: COMPANY, windows: 1, secondsMin: 0.001, settles: false };

test('the access area runs small, checks its answers and names every row', async () => {
  const rows = await rowsOfSize(SIZE);
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  expect(rows.filter((row) => row.target !== undefined).length).toBeGreaterThan(8);
  for (const row of rows) expect(row.value).toBeGreaterThan(0);
}, 120_000);

test('a user of the company reads some of its documents, over groups within groups', () => {
  const company = new Company(COMPANY);
  const counts = Array.from({ length: 20 }, (_, user) => company.documentsOf(user).size);
  for (const count of counts) expect(count).toBeLessThan(COMPANY.documents);
  expect(Math.max(...counts)).toBeGreaterThan(50);
  expect(Math.max(...counts.map((_, user) => company.groupsOf(user).size))).toBeGreaterThan(4);
});
