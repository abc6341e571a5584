// Times the JavaScript peers on the texts that compare.py made; prints JSON as bench_peers_measure
// does. The packages are looked for in PEERS_NODE_MODULES.
//
//   node peers.mjs DIRECTORY
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.PEERS_NODE_MODULES, 'x.js'));
const Ajv2020 = require('ajv/dist/2020').default;
const { jsonrepair } = require('jsonrepair');

const SECONDS = 0.06;
const MEASUREMENTS = 5;

function seconds(times, once) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < times; ++i) once();
  return Number(process.hrtime.bigint() - start) * 1e-9;
}

function nanoseconds(once) {
  let times = 1;
  while (seconds(times, once) < SECONDS) times *= 2;
  let best = Infinity;
  for (let i = 0; i < MEASUREMENTS; ++i) best = Math.min(best, seconds(times, once));
  return (best / times) * 1e9;
}

const read = (name) => readFileSync(join(process.argv[2], name), 'utf8');
const times = {};
for (const [size, name] of [['12_fields', 'invoice'], ['100kB', 'list']]) {
  const validate = new Ajv2020().compile(JSON.parse(read(`${name}.schema.json`)));
  const instance = JSON.parse(read(`${name}.json`));
  if (!validate(instance)) throw new Error('not valid');
  times[`ajv validate_${size}`] = nanoseconds(() => validate(instance));
}
for (const [size, name] of [['12_fields', 'invoice'], ['20kB', 'large']]) {
  const schema = JSON.parse(read(`${name}.schema.json`));
  times[`ajv compile_${size}`] = nanoseconds(() => new Ajv2020().compile(schema));
}
for (const size of ['2kB', '20kB', '200kB']) {
  const broken = read(`broken_${size}.txt`);
  const good = read(`good_${size}.json`);
  times[`jsonrepair repair_${size}`] = nanoseconds(() => JSON.parse(jsonrepair(broken)));
  times[`JSON.parse parse_${size}`] = nanoseconds(() => JSON.parse(good));
}
console.log(JSON.stringify(times));
