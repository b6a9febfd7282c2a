import Configuration
import Foundation

/// What the program says about itself when it is called as HAProxy.
enum HAProxyUsage {
    /// The HAProxy version whose behaviour this is.
    static let compatibleVersion = Condition.Facts.compatibleVersion

    /// The first line of `-v`, which programs read for the version.
    static let version = """
        HAProxy version \(compatibleVersion) - supervise \(Supervise.versionNumber), which takes its place
        """

    /// What `-vv` adds: in HAProxy's form, what is true of this program.
    static var details: String {
        """
        Running on: \(system)
        Build options :
          TARGET  = linux-glibc
          OPTIONS = USE_EPOLL=1 USE_OPENSSL=1 USE_SYSTEMD=1 USE_PROMEX=1

        Feature list : \(features.joined(separator: " "))

        Default settings :
          bufsize = 16384, maxrewrite = 1024, maxpollevents = 200

        Built with multi-threading support (one thread for each instance, others for statistics and history).
        \(Condition.Facts.tlsLibrary.joined(separator: "\n"))
        Built with the Prometheus exporter as a service
        Built with network namespace support.
        Encrypted password support via crypt(3): yes

        Available polling systems :
              epoll : pref=300,  test result OK
        Total: 1 (1 usable), will use epoll.

        Available multiplexer protocols :
        (protocols marked as <default> cannot be specified using 'proto' keyword)
          <default> : mode=TCP   side=FE|BE  mux=PASS  flags=

        Available services : prometheus-exporter
        Available filters :
        	none
        """
    }

    /// HAProxy's features by name, `+` for those that are here.
    static let features = (Condition.Facts.presentFeatures.map { "+" + $0 } + absentFeatures.map { "-" + $0 })
        .sorted { $0.dropFirst() < $1.dropFirst() }

    private static let absentFeatures = [
        "51DEGREES", "CLOSEFROM", "DEVICEATLAS", "DL", "ENGINE", "EVPORTS", "KQUEUE", "LINUX_SPLICE", "LINUX_TPROXY",
        "LUA",
        "MEMORY_PROFILING", "NETFILTER", "OBSOLETE_LINKER", "OT", "PCRE", "PCRE2", "PCRE2_JIT", "PCRE_JIT", "POLL",
        "PRCTL",
        "PROCCTL", "QUIC", "RT", "SLZ", "STATIC_PCRE", "STATIC_PCRE2", "THREAD_DUMP", "TPROXY", "WURFL", "ZLIB",
    ]

    private static var system: String {
        let facts = ["ostype", "osrelease", "version"].map { name in
            // A system without /proc is no Linux that this program runs on.
            let text = try? String(contentsOfFile: "/proc/sys/kernel/\(name)", encoding: .utf8)
            return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
        }
        return facts.joined(separator: " ")
    }

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
          -m MEGABYTES     no more memory than that
          -S ADDRESS       where a master takes commands
          -dW              take warnings for errors
          -dR              don't share addresses with another process

        Accepted without effect
          -x SOCKET, -dD, -de, -dG, -dk, -dK, -dL, -dM, -dp, -dr, -dS, -dV

        Signals: TERM and INT end at once, USR1 lets sessions finish, HUP tells the servers' states; with -W, USR2
        and HUP read the files anew; TTOU stops listening for a while, TTIN goes on.
        """
    }
}
