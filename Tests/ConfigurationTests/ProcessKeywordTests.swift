import Configuration
import Model
import Testing

@Suite("global: the process")
struct ProcessKeywordTests {
    @Test("each line is kept for a process of the file's own, and all but one leave a note for a supervisor's")
    func kept() throws {
        let parsed = Sample.global(
            "daemon", "master-worker no-exit-on-failure", "pidfile /run/a.pid", "user haproxy", "gid 99",
            "chroot /var/lib/haproxy", "ulimit-n 65536", "hard-stop-after 30s", "grace 500", "zero-warning",
            "noreuseport", "no strict-limits")
        #expect(parsed.diagnostics.map(\.severity) == Array(repeating: .note, count: 11))
        let others = parsed.diagnostics.filter { !$0.message.contains("has no effect here") }
        #expect(
            others.map(\.message)
                == ["user", "gid"].map { "'\($0)' holds for all instances, when root starts 'supervise up'" })
        let process = try parsed.valid().global.process
        #expect(process.isDaemon)
        #expect(process.master?.endsWithFailedWorker == false)
        #expect(process.pidFile == "/run/a.pid")
        #expect(process.user?.account == .name("haproxy"))
        #expect(process.user?.location.line == 5)
        #expect(process.group?.account == .id(99))
        #expect(process.root == "/var/lib/haproxy")
        #expect(process.descriptorLimit == 65_536)
        #expect(process.hardStopAfter == .seconds(30))
        #expect(process.grace == .milliseconds(500))
        #expect(process.failsOnWarnings)
        #expect(!process.sharesAddresses)
        #expect(!process.isStrictAboutLimits)
    }

    @Test("without a line nothing is asked for, and 0 is no limit")
    func unsaid() throws {
        #expect(try Sample.global("hard-stop-after 0", "ulimit-n 0").valid().global.process == ProcessConfiguration())
        #expect(try Sample.global("master-worker").valid().global.process.master?.endsWithFailedWorker == true)
    }

    @Test(
        "of two lines the first one holds, and the second one is told",
        arguments: [
            ("pidfile /a", "pidfile /b", "pidfile"), ("chroot /a", "chroot /b", "chroot"),
            ("user a", "uid 5", "user"), ("gid 4", "group b", "group"), ("ulimit-n 100", "ulimit-n 200", "ulimit-n"),
        ])
    func repeated(first: String, second: String, kind: String) throws {
        let parsed = Sample.global(first, second)
        #expect(
            parsed.lines.filter { $0.hasPrefix("warning") }
                == ["warning 3:5 '\(kind)' was already given in line 2; the first one holds"])
        let alone = try Sample.global(first).valid().global.process
        #expect(try parsed.valid().global.process == alone)
    }

    @Test(
        "mistakes are errors at their place",
        arguments: [
            ("pidfile", "error 2:12 'pidfile' needs a file"),
            ("pidfile a b", "error 2:15 unexpected 'b' after 'a'"),
            ("uid root", "error 2:9 'root' is not a number"), ("gid +5", "error 2:9 '+5' is not a number"),
            ("master-worker yes", "error 2:19 unknown option 'yes' of 'master-worker'"),
            ("hard-stop-after x", "error 2:21 'x' is not a time"), ("grace", "error 2:10 'grace' needs a time"),
            ("ulimit-n x", "error 2:14 'x' is not a whole number"),
        ] as [(String, String)])
    func mistakes(line: String, expected: String) {
        let parsed = Sample.global(line)
        #expect(parsed.lines == [expected])
        #expect(parsed.configuration == nil)
    }
}
