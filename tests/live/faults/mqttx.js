// Connects as MQTTX does (MQTT.js over tls.connect of Node.js) and prints what it would show.
// Usage: node mqttx.js NAME=VALUE...: host, address (of it), port, scheme, ca, cert, key, passphrase,
// alpn, version (of TLS), mqtt (5 or 4), client, user, password.
'use strict';
const fs = require('fs');
const net = require('net');
const tls = require('tls');

const given = Object.fromEntries(process.argv.slice(2).map((word) => {
  const equals = word.indexOf('=');
  return [word.slice(0, equals), word.slice(equals + 1)];
}));

function end(text) {
  console.log(text);
  process.exit(0);
}

// MQTTX prints the error; its code is what people search for.
function fail(error) {
  const shown = `${error}`.trim();
  end(!error.code || shown.includes(error.code) ? shown : `${shown} (${error.code})`);
}

function file(name) {
  return given[name] === undefined ? undefined : fs.readFileSync(given[name]);
}

function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

// MQTT 3.1.1 and 5, 3.1
function connectPacket() {
  const five = given.mqtt === '5';
  const flags = 2 | (given.user !== undefined ? 128 : 0) | (given.password !== undefined ? 64 : 0);
  const body = Buffer.concat([
    text('MQTT'), Buffer.from([five ? 5 : 4, flags, 0, 60]), Buffer.from(five ? [0] : []),
    text(given.client || 'mqttx'),
    given.user !== undefined ? text(given.user) : Buffer.alloc(0),
    given.password !== undefined ? text(given.password) : Buffer.alloc(0),
  ]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

// The words of MQTT.js.
const reasons = {
  1: 'Unacceptable protocol version', 2: 'Identifier rejected', 3: 'Server unavailable',
  4: 'Bad username or password', 5: 'Not authorized', 132: 'Unsupported Protocol Version',
  133: 'Client Identifier not valid', 134: 'Bad User Name or Password', 135: 'Not authorized',
  136: 'Server unavailable', 137: 'Server busy', 138: 'Banned',
};

function answer(bytes) {
  if (bytes[0] !== 0x20)
    fail(new Error(`Invalid header flag bits, must be 0x0 for ${bytes[0] >> 4} packet`));
  if (bytes[3] === 0)
    end('(connects)');
  end(`Error: Connection refused: ${reasons[bytes[3]] || bytes[3]}`);
}

function open() {
  const plain = { host: given.host, port: Number(given.port) };
  if (given.address !== undefined)
    plain.lookup = (host, options, done) => (options.all
      ? done(null, [{ address: given.address, family: 4 }]) : done(null, given.address, 4));
  if (given.scheme === 'mqtt')
    return net.connect(plain);
  const options = {
    ...plain, ca: file('ca'), cert: file('cert'), key: file('key'), rejectUnauthorized: true,
  };
  if (!net.isIP(given.host))
    options.servername = given.host;
  if (given.passphrase !== undefined)
    options.passphrase = given.passphrase;
  if (given.alpn !== undefined)
    options.ALPNProtocols = given.alpn.split(',');
  if (given.version !== undefined)
    options.minVersion = options.maxVersion = given.version;
  return tls.connect(options);
}

try {
  const socket = open();
  socket.on(given.scheme === 'mqtt' ? 'connect' : 'secureConnect',
    () => socket.write(connectPacket()));
  socket.on('data', answer);
  socket.on('error', fail);
  socket.on('close', () => end('(no message; the connection was closed)'));
  setTimeout(() => end('(no message; no answer came)'), 3000);
} catch (error) {
  fail(error);
}
