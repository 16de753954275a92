// Publishes a GiftIssued for each line of standard input: person_id,quantity,recorded_at.
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { CompressionTypes, Kafka, Partitioners, logLevel } = require("kafkajs");

const { GUILDHALL_SOURCE: SOURCE, GUILDHALL_ORG: ORG, GUILDHALL_PROGRAMME: PROGRAMME } = process.env;
const TYPE = "guildhall.benefits.GiftIssued.v1";

// A UUID by its name (RFC 9562, version 5, in the namespace of URLs).
function named(name) {
  const url = Buffer.from("6ba7b8119dad11d180b400c04fd430c8", "hex");
  const hash = createHash("sha1").update(url).update(name).digest();
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return hash.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// The whole document of one gift: the same line is the same document, ever.
function gift(person, quantity, recordedAt) {
  const stream = `${ORG}/gift-${PROGRAMME}.${person}`;
  return {
    specversion: "1.0",
    id: named(`/ext/${SOURCE}#${stream}#1`),
    source: `/ext/${SOURCE}`,
    type: TYPE,
    subject: stream,
    time: recordedAt,
    datacontenttype: "application/json",
    dataschema: `/contract/schemas/${TYPE}`,
    orgid: ORG,
    actor: `${SOURCE}-system`,
    streamversion: 1,
    data: {
      org_id: ORG,
      occurred_on: recordedAt.slice(0, 10),
      programme_id: PROGRAMME,
      occasion: "mid_autumn",
      person_id: person,
      capacity: "member",
      quantity,
      payment_form: "goods",
    },
  };
}

async function main() {
  const kafka = new Kafka({
    brokers: process.env.GUILDHALL_KAFKA.split(","),
    ssl: process.env.GUILDHALL_KAFKA_PROTOCOL === "SASL_SSL",
    sasl: {
      mechanism: "scram-sha-512",
      username: process.env.GUILDHALL_KAFKA_USER,
      password: readFileSync(process.env.GUILDHALL_KAFKA_PASSWORD_FILE, "utf8").trim(),
    },
    logLevel: logLevel.ERROR,
  });
  const lines = readFileSync(0, "utf8").split("\n").filter((line) => line.trim());
  const messages = lines.map((line) => {
    const [person, quantity, recordedAt] = line.trim().split(",");
    const document = gift(person, Number(quantity), recordedAt);
    return {
      // The key is the stream: its events stay in one partition, in order.
      key: document.subject,
      value: JSON.stringify(document),
      headers: { "content-type": "application/cloudevents+json" },
    };
  });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    // acks -1: answered once every replica in sync has it; it throws where that fails.
    const topic = `guildhall.ext.${SOURCE}.v1`;
    await producer.send({ topic, messages, acks: -1, compression: CompressionTypes.None });
  } finally {
    await producer.disconnect();
  }
}

main().catch((why) => {
  console.error(why);
  process.exit(1);
});
