import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The peer in Kafka Streams: exactly_once_v2, two threads, every event's JSON parsed, its quantity
 * added to the sum of its type, programme and capacity in a persistent store with a changelog.
 *
 * <p>Each partition keeps sums of its own, so that no record is sent through a repartition topic:
 * the cheapest form of this work. The sums go to an output topic only where one is named.
 *
 * <p>Each event is a CloudEvents document, or in binary mode its data, with the type in a header.
 *
 * <p>Arguments: a file with the properties of a client, input topics with commas between, output topic or "-", application id,
 * state directory, commit interval in ms (100 is the default under exactly_once_v2).
 */
public final class KeyedSum {
    private static final String SUMS = "sums";

    private KeyedSum() {}

    /** Adds up the quantities of one partition. */
    private static final class Adding implements Processor<byte[], byte[], String, Long> {
        private final ObjectMapper json = new ObjectMapper();
        private final boolean answering;
        private ProcessorContext<String, Long> context;
        private KeyValueStore<String, Long> sums;

        Adding(boolean answering) {
            this.answering = answering;
        }

        @Override
        public void init(ProcessorContext<String, Long> given) {
            context = given;
            sums = given.getStateStore(SUMS);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            JsonNode document = parsed(record.value());
            boolean structured = document.has("specversion");
            JsonNode event = structured ? document.path("data") : document;
            String type = structured
                    ? document.path("type").asText()
                    : new String(
                            record.headers().lastHeader("ce_type").value(), StandardCharsets.UTF_8);
            String key = type
                    + "|" + event.path("programme_id").asText()
                    + "|" + event.path("capacity").asText();
            Long before = sums.get(key);
            long sum = (before == null ? 0 : before) + event.path("quantity").asLong();
            sums.put(key, sum);
            if (answering) {
                context.forward(new Record<>(key, sum, record.timestamp()));
            }
        }

        private JsonNode parsed(byte[] value) {
            try {
                return json.readTree(value);
            } catch (IOException why) {
                throw new UncheckedIOException(why);
            }
        }
    }

    public static void main(String[] arguments) {
        String output = arguments[2];
        boolean answering = !output.equals("-");
        StoreBuilder<KeyValueStore<String, Long>> store = Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(SUMS), Serdes.String(), Serdes.Long())
                .withCachingEnabled();
        ProcessorSupplier<byte[], byte[], String, Long> adding = new ProcessorSupplier<>() {
            @Override
            public Processor<byte[], byte[], String, Long> get() {
                return new Adding(answering);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(store);
            }
        };
        StreamsBuilder builder = new StreamsBuilder();
        var events = Consumed.with(Serdes.ByteArray(), Serdes.ByteArray());
        var summed = builder.stream(Arrays.asList(arguments[1].split(",")), events).process(adding);
        if (answering) {
            summed.to(output, Produced.with(Serdes.String(), Serdes.Long()));
        }
        run(new KafkaStreams(builder.build(), settings(arguments)));
    }

    private static Properties settings(String[] arguments) {
        Properties settings = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of(arguments[0]))) {
            settings.load(file);
        } catch (IOException why) {
            throw new UncheckedIOException(why);
        }
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[3]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments[4]);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, arguments[5]);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return settings;
    }

    private static void run(KafkaStreams streams) {
        streams.setUncaughtExceptionHandler(why -> {
            why.printStackTrace();
            Runtime.getRuntime().halt(1);
            return null;
        });
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }
}
