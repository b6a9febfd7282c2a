import Configuration

/// What the program says about itself when it is called as HAProxy.
enum HAProxyUsage {
    /// The HAProxy version whose behaviour this is.
    static let compatibleVersion = Condition.Facts.compatibleVersion

    /// The first line of `-v`, which programs read for the version.
    static let version = """
        HAProxy version \(compatibleVersion) - supervise \(Supervise.versionNumber), which takes its place
        """

    /// What `-vv` adds.
    static let details = """
        Runs: TCP proxies, TCP checks, statistics; see 'supervise check FILE' for what a file needs beyond that.
        Feature list : \(features.joined(separator: " "))
        Available polling systems : epoll
        """

    /// HAProxy's features by name, `+` for those that are here.
    static let features = (Condition.Facts.presentFeatures.map { "+" + $0 } + absentFeatures.map { "-" + $0 })
        .sorted { $0.dropFirst() < $1.dropFirst() }

    private static let absentFeatures = [
        "LUA", "LINUX_SPLICE", "LINUX_TPROXY", "NS", "OPENSSL", "OT", "PCRE", "PCRE2", "POLL", "PROMEX", "QUIC", "SLZ",
        "TFO",
        "TPROXY", "ZLIB",
    ]

    /// What wrong usage prints.
    ///
    /// - Parameter name: how the program was called.
    /// - Returns: the text without a newline at its end.
    static func text(_ name: String) -> String {
        """
        Usage: \(name) [-f FILE|FOLDER]... [OPTION]... [-- FILE...]

        What to do
          -f FILE|FOLDER   a configuration file, or all *.cfg files of a folder; may be repeated
          -- FILE...       the same for all words that follow
          -C DIR           go to this folder before reading anything
          -c               say whether the files are right: exit code 0, 1, or 2 without anything to listen on
          -cc CONDITION    exit code 0 when it holds, 1 when not, 2 when it cannot be read
          -v, -vv          print the version, and what is in it
          --state DIR      keep the history there ($SUPERVISE_STATE otherwise; no history without either)

        How to run
          -D               in the background
          -d, -db          in the foreground, whatever else is said
          -W, -Ws          as a master that watches over the process with the traffic; -Ws tells systemd
          -p FILE          write the process number to FILE (with -D, -W or -Ws)
          -sf PID..., -st PID...
                           when this is ready, let these processes finish, or end them
          -n N, -N N       most connections of all, and of each proxy that doesn't say
          -L NAME          this process's name ($HAPROXY_LOCALPEER in the files)
          -q, -V           no messages; messages all the same
          -dW              take warnings for errors
          -dR              don't share addresses with another process

        Accepted without effect
          -m MEGABYTES, -S ADDRESS, -x SOCKET, -dD, -de, -dG, -dk, -dK, -dL, -dM, -dp, -dr, -dS, -dV

        Signals: TERM and INT end at once, USR1 lets sessions finish, HUP tells the servers' states; with -W, USR2
        and HUP read the files anew; TTOU stops listening for a while, TTIN goes on.
        """
    }
}
