import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes a GiftIssued for each line of standard input: person_id,quantity,recorded_at. */
public class Producer {
  static final String SOURCE = System.getenv("GUILDHALL_SOURCE");
  static final String ORG = System.getenv("GUILDHALL_ORG");
  static final String PROGRAMME = System.getenv("GUILDHALL_PROGRAMME");
  static final String TYPE = "guildhall.benefits.GiftIssued.v1";

  /** The whole document of one gift: the same line is the same document, ever. */
  static String gift(String stream, String person, int quantity, String recordedAt) throws Exception {
    return """
        {"specversion": "1.0", "id": "%s", "source": "/ext/%s", "type": "%s", "subject": "%s",
        "time": "%s", "datacontenttype": "application/json", "dataschema": "/contract/schemas/%s",
        "orgid": "%s", "actor": "%s-system", "streamversion": 1,
        "data": {"org_id": "%s", "occurred_on": "%s", "programme_id": "%s",
        "occasion": "mid_autumn", "person_id": "%s", "capacity": "member", "quantity": %d,
        "payment_form": "goods"}}"""
        .formatted(named("/ext/" + SOURCE + "#" + stream + "#1"), SOURCE, TYPE, stream, recordedAt,
            TYPE, ORG, SOURCE, ORG, recordedAt.substring(0, 10), PROGRAMME, person, quantity)
        .replace("\n", " ");
  }

  /** A UUID by its name (RFC 9562, version 5, in the namespace of URLs). */
  static UUID named(String name) throws Exception {
    MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
    sha1.update(java.util.HexFormat.of().parseHex("6ba7b8119dad11d180b400c04fd430c8"));
    byte[] hash = sha1.digest(name.getBytes(StandardCharsets.UTF_8));
    hash[6] = (byte) (hash[6] & 0x0f | 0x50);
    hash[8] = (byte) (hash[8] & 0x3f | 0x80);
    java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(hash);
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  static Map<String, Object> access() throws Exception {
    String password = Files.readString(Path.of(System.getenv("GUILDHALL_KAFKA_PASSWORD_FILE")));
    return Map.of(
        "bootstrap.servers", System.getenv("GUILDHALL_KAFKA"),
        "security.protocol", System.getenv("GUILDHALL_KAFKA_PROTOCOL"),
        "sasl.mechanism", "SCRAM-SHA-512",
        "sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(System.getenv("GUILDHALL_KAFKA_USER"), password.strip()),
        "acks", "all",
        "enable.idempotence", true,
        "key.serializer", ByteArraySerializer.class,
        "value.serializer", ByteArraySerializer.class);
  }

  public static void main(String[] arguments) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (var producer = new KafkaProducer<byte[], byte[]>(access())) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] said = line.strip().split(",");
        String stream = ORG + "/gift-" + PROGRAMME + "." + said[0];
        byte[] value = gift(stream, said[0], Integer.parseInt(said[1]), said[2])
            .getBytes(StandardCharsets.UTF_8);
        // The key is the stream: its events stay in one partition, in order.
        var record = new ProducerRecord<>(
            "guildhall.ext." + SOURCE + ".v1", stream.getBytes(StandardCharsets.UTF_8), value);
        record.headers().add("content-type",
            "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
        sent.add(producer.send(record));
      }
      for (Future<RecordMetadata> each : sent) {
        each.get(); // throws where Kafka did not acknowledge it
      }
    }
  }
}
