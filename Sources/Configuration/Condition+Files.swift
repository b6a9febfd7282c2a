extension Condition.Facts {
    /// The version whose behaviour configurations find here.
    public static let compatibleVersion = "2.6.12"
    /// HAProxy's names of the features that are here.
    public static let presentFeatures: Set<String> = [
        "ACCEPT4", "CPU_AFFINITY", "EPOLL", "GETADDRINFO", "SYSTEMD", "THREAD",
    ]

    /// What conditions in files may ask about.
    ///
    /// - Parameter environment: the variables that `defined` looks for.
    init(environment: [String: String]) {
        self.init(environment: environment, features: Self.presentFeatures, version: Self.compatibleVersion)
    }
}
