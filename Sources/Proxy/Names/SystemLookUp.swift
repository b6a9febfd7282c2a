/// A name that the system is asked for until it answers, and who waits for that: servers, or the log.
struct SystemLookUp {
    /// How long after a failure the system is asked again, unless the plan says otherwise.
    static let usualPause = Duration.seconds(5)

    /// The name.
    let host: String
    /// The servers of that name: the index of each one's backend, and its own in that backend.
    var servers: [(backend: Int, server: Int)]
    /// Whether log lines go there.
    var isLogHost = false
}
