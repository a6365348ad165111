// node otlp_receiver.js
//
// Receives OpenTelemetry's protocol as a collector would, over gRPC and over HTTP, on free ports of 127.0.0.1. Prints "ready GRPC-PORT HTTP-PORT",
// then a line of JSON for each resource in each export. Ends when its standard input does.
'use strict';

const http = require('node:http');
const path = require('node:path');
const zlib = require('node:zlib');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const messages = protoLoader.loadSync(path.join(__dirname, 'otlp.proto'), { keepCase: true, longs: String, defaults: true })['otlp.Receiver'];
const signals = {
  traces: { method: messages.Traces, service: 'trace.v1.TraceService' },
  metrics: { method: messages.Metrics, service: 'metrics.v1.MetricsService' },
  logs: { method: messages.Logs, service: 'logs.v1.LogsService' },
};
const largest = 16 * 1024 * 1024;

function text(value) {
  return String(value?.text ?? value?.number ?? value?.fraction ?? value?.flag ?? '');
}

function all(attributes) {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, text(value)]));
}

function print(protocol, signal, request) {
  for (const { resource, scopes } of request.resources) {
    const about = all(resource?.attributes);
    const told = { protocol, signal, service: about['service.name'] ?? '', version: about['service.version'] ?? '', spans: [], points: [], exemplars: [], logs: [] };
    for (const scope of scopes) {
      const source = scope.scope?.name ?? '';
      for (const span of scope.spans ?? []) {
        told.spans.push({
          source, name: span.name, trace: span.trace_id.toString('hex'), id: span.span_id.toString('hex'), parent: span.parent_span_id.toString('hex'),
          status: span.status?.message ?? '', tags: all(span.attributes),
        });
      }
      for (const metric of scope.metrics ?? []) {
        for (const point of (metric.histogram ?? metric.sum ?? metric.gauge)?.points ?? []) {
          told.points.push({ meter: source, metric: metric.name, tags: all(point.attributes) });
          for (const one of point.exemplars ?? []) told.exemplars.push({ metric: metric.name, trace: one.trace_id.toString('hex') });
        }
      }
      for (const record of scope.records ?? []) {
        told.logs.push({ category: source, severity: record.severity_number, body: text(record.body), trace: record.trace_id.toString('hex'), tags: all(record.attributes) });
      }
    }
    console.log(JSON.stringify(told));
  }
}

const collector = new grpc.Server({ 'grpc.max_receive_message_length': largest });
for (const [signal, { method, service }] of Object.entries(signals)) {
  const full = `/opentelemetry.proto.collector.${service}/Export`;
  collector.addService({ Export: { ...method, path: full, originalName: 'export' } }, {
    Export: (call, done) => {
      print('grpc', signal, call.request);
      done(null, {});
    },
  });
}

const web = http.createServer((request, answer) => {
  const signal = request.url.replace('/v1/', '');
  const end = (code) => answer.writeHead(code, { 'content-type': 'application/x-protobuf' }).end();
  if (request.method !== 'POST' || !Object.hasOwn(signals, signal) || request.headers['content-type'] !== 'application/x-protobuf') return end(404);
  const parts = [];
  let length = 0;
  request.on('data', (part) => {
    length += part.length;
    if (length > largest) request.destroy();
    else parts.push(part);
  });
  return request.on('end', () => {
    const body = Buffer.concat(parts);
    print('http', signal, signals[signal].method.requestDeserialize(request.headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(body) : body));
    end(200);
  });
});

collector.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  web.listen(0, '127.0.0.1', () => console.log(`ready ${port} ${web.address().port}`));
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
