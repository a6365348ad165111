// node drive_agent.js ADDRESS FOLDER PROTOS FIRST LAST
//
// Lists the phones of the agent at ADDRESS (HOST:PORT), dumps the NV items FIRST to LAST of the only one, and tries to restore an IMEI
// without a lease, which must be refused. FOLDER holds ca.pem, client.pem and client.key, as "imei context export" writes them; PROTOS is the
// folder of the contract. Prints a line for each step, and ends with 0 when all went as it must.
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const [address, folder, protos, first, last] = process.argv.slice(2);
const pem = (name) => fs.readFileSync(path.join(folder, name));
const deadline = () => new Date(Date.now() + 30_000);

// An agent is reached under changing addresses, so host names prove nothing: the pinned certificate authority does. Node has checked the
// chain against ca.pem and the purpose "server" before this is asked; here the signature of the pinned key is checked once more, so that
// a change of the roots above cannot make it trust anybody else.
const caKey = new crypto.X509Certificate(pem('ca.pem')).publicKey;
function checkServerIdentity(host, shown) {
  return new crypto.X509Certificate(shown.raw).verify(caKey) ? undefined : new Error(`what answers at ${host} is not the agent that was paired`);
}

const credentials = grpc.credentials.createSsl(pem('ca.pem'), pem('client.key'), pem('client.pem'), { checkServerIdentity });
const definition = protoLoader.loadSync(
  ['device', 'nv', 'imei', 'agent'].map((name) => `imeiagent/v1/${name}.proto`),
  { includeDirs: [protos], keepCase: true, longs: String, enums: String, defaults: true, oneofs: true });
const { imeiagent } = grpc.loadPackageDefinition(definition);
const client = (service) => new imeiagent.v1[service](address, credentials);

const ask = (service, method, request) => new Promise((resolve, reject) => {
  client(service)[method](request, { deadline: deadline() }, (error, answer) => (error ? reject(error) : resolve(answer)));
});

async function read(service, method, request) {
  const messages = [];
  for await (const message of client(service)[method](request, { deadline: deadline() })) messages.push(message);
  return messages;
}

// The reason of google.rpc.ErrorInfo, in the trailer grpc-status-details-bin. Decoded by hand, as a client without googleapis would:
// Status { 3: Any { 1: type_url, 2: value } }, ErrorInfo { 1: reason, 2: domain }.
function fields(bytes) {
  const found = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    assert.ok([0, 2].includes(key & 7), 'google.rpc.Status holds numbers and bytes only');
    if ((key & 7) === 0) {
      varint();
      continue;
    }
    const length = varint();
    found.push([key >>> 3, bytes.subarray(at, at + length)]);
    at += length;
  }
  return found;
}

function reasonOf(error) {
  const [status] = error.metadata.get('grpc-status-details-bin');
  for (const [number, any] of fields(status ?? Buffer.alloc(0))) {
    const parts = new Map(number === 3 ? fields(any) : []);
    if (parts.get(1)?.toString() === 'type.googleapis.com/google.rpc.ErrorInfo') return new Map(fields(parts.get(2))).get(1).toString();
  }
  return '';
}

async function main() {
  const { devices } = await ask('DeviceService', 'ListDevices', {});
  assert.equal(devices.length, 1, 'one phone is attached');
  assert.equal(devices[0].state, 'DEVICE_STATE_READY');
  console.log(`ok list: ${devices[0].name}`);

  const messages = await read('NvService', 'ReadRange', { device: devices[0].name, ranges: [{ first: Number(first), last: Number(last) }] });
  assert.equal(messages[0].event, 'header');
  assert.equal(messages.at(-1).event, 'summary');
  const items = messages.filter((message) => message.event === 'batch').flatMap((message) => message.batch.items);
  console.log(`ok dump: ${items.length} items`);

  const request = {
    device: devices[0].name, label: '356938035643809', reason: 'a test of the contract', evidence: 'photo of the label', request_id: crypto.randomUUID(),
  };
  const refusal = await read('ImeiService', 'WriteImei', request).then(() => assert.fail('the write was not refused'), (error) => error);
  assert.equal(reasonOf(refusal), 'LEASE_REQUIRED', refusal.message);
  assert.equal(refusal.code, grpc.status.FAILED_PRECONDITION);
  console.log('ok write refused: LEASE_REQUIRED');
}

main().then(() => process.exit(0), (error) => {
  console.error(error.stack ?? error);
  process.exit(1);
});
