// Reads calls from its input, a line each, and says who the page's code takes them for.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

public class Probe {
  public static void main(String[] parameters) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = input.readLine()) != null; ) {
      var headers = new LinkedHashMap<String, List<String>>();
      for (var pair : line.isEmpty() ? new String[0] : line.split(" ")) {
        var parts = pair.split(":", 2);
        headers.computeIfAbsent(decode(parts[0]), name -> new ArrayList<>()).add(decode(parts[1]));
      }
      try {
        var caller = Identity.read(headers);
        var club = String.join(",", Identity.claim(headers, "X-Authenticated-Club")).getBytes(StandardCharsets.UTF_8);
        System.out.println(Stream
            .of(caller.kind(), caller.userId(), String.valueOf(caller.isAttested()), caller.clientId(),
                caller.applicationId(), String.join(" ", caller.scopes()), caller.issuer(), Base64.getEncoder().encodeToString(club))
            .map(part -> part == null ? "" : part).collect(Collectors.joining("|")));
      } catch (Identity.Refused refused) {
        System.out.println(refused.code);
      }
    }
  }

  private static String decode(String text) {
    return new String(Base64.getDecoder().decode(text), StandardCharsets.ISO_8859_1);
  }
}
