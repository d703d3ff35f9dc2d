import io.trino.spi.Plugin;
import io.trino.spi.security.AccessDeniedException;
import io.trino.spi.security.BasicPrincipal;
import io.trino.spi.security.PasswordAuthenticator;
import io.trino.spi.security.PasswordAuthenticatorFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks passwords against a list in its configuration: users=name:password,… For tests only. */
public final class Passwords implements Plugin {
    @Override
    public Iterable<PasswordAuthenticatorFactory> getPasswordAuthenticatorFactories() {
        return List.of(new PasswordAuthenticatorFactory() {
            @Override
            public String getName() {
                return "limn-test";
            }

            @Override
            public PasswordAuthenticator create(Map<String, String> config) {
                Map<String, String> known = new HashMap<>();
                for (String entry : config.get("users").split(",")) {
                    int colon = entry.indexOf(':');
                    known.put(entry.substring(0, colon), entry.substring(colon + 1));
                }
                return (user, password) -> {
                    if (!password.equals(known.get(user))) {
                        throw new AccessDeniedException("invalid credentials");
                    }
                    return new BasicPrincipal(user);
                };
            }
        });
    }
}
