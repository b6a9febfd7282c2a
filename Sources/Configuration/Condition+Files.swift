import TLS

extension Condition.Facts {
    /// The version whose behaviour configurations find here.
    public static let compatibleVersion = "2.6.12"
    /// HAProxy's names of the features that are here.
    public static let presentFeatures: Set<String> = [
        "ACCEPT4", "BACKTRACE", "CPU_AFFINITY", "CRYPT_H", "EPOLL", "GETADDRINFO", "LIBCRYPT", "NS", "OPENSSL",
        "PROMEX",
        "SYSTEMD", "TFO", "THREAD",
    ]
    /// The TLS library with its version.
    public static var presentLibrary: String { TLSLibrary.runningVersion }
    /// What is said of the TLS library.
    public static var tlsLibrary: [String] {
        [
            "Built with OpenSSL version : \(TLSLibrary.builtVersion)",
            "Running on OpenSSL version : \(TLSLibrary.runningVersion)",
            "OpenSSL library supports TLS extensions : yes",
            "OpenSSL library supports SNI : yes",
            "OpenSSL library supports : TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3",
        ]
    }

    /// What conditions in files may ask about.
    ///
    /// - Parameter environment: the variables that `defined` looks for.
    init(environment: [String: String]) {
        self.init(
            environment: environment, features: Self.presentFeatures, version: Self.compatibleVersion,
            library: Self.presentLibrary)
    }
}
