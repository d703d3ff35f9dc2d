/** Starts the server; its own main class asks the package for a version that only Trino's packaging sets. */
public final class Start {
    private Start() {}

    public static void main(String[] args) {
        new io.trino.server.Server().start("483");
    }
}
