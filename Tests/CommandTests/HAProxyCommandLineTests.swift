import Testing

@testable import supervise

/// HAProxy's options as words, without a process.
@Suite("haproxy command line")
struct HAProxyCommandLineTests {
    private func read(_ words: String...) throws(HAProxyCommandLine.Mistake) -> HAProxyCommandLine {
        try HAProxyCommandLine(words)
    }

    @Test("every option is found by its letters, and by its letters with more behind them")
    func letters() {
        for option in HAProxyOption.allCases {
            #expect(HAProxyOption.named(by: "-" + option.letters) == option)
            guard option != .remainingFiles else { continue }
            #expect(HAProxyOption.named(by: "-\(option.letters)~") == option)
        }
        #expect(Set(HAProxyOption.allCases.map(\.letters)).count == HAProxyOption.allCases.count)
    }

    @Test("every option that the usage names exists, and every option is in the usage")
    func usage() {
        let text = HAProxyUsage.text("haproxy")
        for option in HAProxyOption.allCases {
            #expect(text.contains("-\(option.letters)"), "\(option)")
        }
    }

    @Test("every option without a value is taken alone")
    func flags() throws {
        for option in HAProxyOption.allCases where option.value == .none {
            let line = try read("-f", "a.cfg", "-" + option.letters)
            switch option {
            case .remainingFiles: #expect(try line == read("-f", "a.cfg"))
            case .checkFiles: #expect(line.task == .check)
            case .version: #expect(line.task == .printVersion(withDetails: false))
            case .versionWithDetails: #expect(line.task == .printVersion(withDetails: true))
            case .verbose: #expect(!line.isQuiet)
            case .quiet: #expect(line.isQuiet)
            case .debug, .foreground: #expect(line.staysInForeground)
            case .background: #expect(line.goesToBackground)
            case .masterWorker: #expect(line.mastery == .master)
            case .masterWorkerForSystemd: #expect(line.mastery == .masterUnderSystemd)
            case .failOnWarnings: #expect(line.failsOnWarnings)
            case .refuseSharedAddresses: #expect(line.refusesSharedAddresses)
            default: #expect(line.withoutEffect == ["-" + option.letters])
            }
        }
    }

    @Test("every option with a value takes the next word, whatever that looks like")
    func values() throws {
        for option in HAProxyOption.allCases where option.value == .word {
            let line = try read("-f", "a.cfg", "-" + option.letters, "-7")
            switch option {
            case .addFile: #expect(line.paths == ["a.cfg", "-7"])
            case .changeDirectory: #expect(line.directory == "-7")
            case .checkCondition: #expect(line.task == .evaluate("-7"))
            case .oldSocket: #expect(line.oldSocket == "-7")
            case .pidFile: #expect(line.pidFile == "-7")
            case .localPeer: #expect(line.localPeer == "-7")
            case .maxconn: #expect(line.maxconn == nil)
            case .proxyMaxconn: #expect(line.proxyMaxconn == nil)
            case .masterSocket: #expect(line.masterSocket == "-7")
            case .memoryLimit: #expect(line.memoryLimit == nil)
            default: Issue.record("\(option) has no test")
            }
            let mistake: HAProxyCommandLine.Mistake =
                option == .checkCondition ? .usage : .missingValue("-" + option.letters)
            #expect(throws: mistake) { try read("-f", "a.cfg", "-" + option.letters) }
        }
    }

    @Test("files come in their order, from -f and from behind --")
    func files() throws {
        #expect(try read("-f", "b", "-c", "-f", "a", "--", "d", "-c", "--").paths == ["b", "a", "d", "-c", "--"])
        #expect(try read("--", "a").paths == ["a"])
    }

    @Test(
        "numbers are read as far as they go, and 0 is none",
        arguments: [
            ("5", 5), ("5x", 5), ("0", nil), ("x", nil), ("-5", nil), ("", nil), ("99999999999999999999", nil),
        ] as [(String, Int?)])
    func numbers(text: String, number: Int?) throws {
        #expect(try read("-f", "a", "-n", text).maxconn == number)
        #expect(try read("-f", "a", "-N", text).proxyMaxconn == number)
    }

    @Test("-sf and -st take process numbers up to the next option")
    func processes() throws {
        let line = try read("-f", "a", "-sf", "12", "13", "-c")
        #expect(line.succession == .init(letsSessionsFinish: true, processes: [12, 13]))
        #expect(line.task == .check)
        #expect(try read("-f", "a", "-st").succession == .init(letsSessionsFinish: false, processes: []))
        #expect(
            try read("-f", "a", "-st", "5", "-sf", "7").succession
                == .init(letsSessionsFinish: true, processes: [5, 7]))
        #expect(throws: HAProxyCommandLine.Mistake.notAProcess(option: "-sf", rest: "abc")) {
            try read("-f", "a", "-sf", "12abc")
        }
        for wrong in ["0", "-1", ""] {
            #expect(throws: HAProxyCommandLine.Mistake.usage, "\(wrong)") { try read("-f", "a", "-sf", wrong) }
        }
    }

    @Test("-V takes -q back wherever it stands, and -d does too")
    func quiet() throws {
        for words in [["-q", "-V"], ["-V", "-q"], ["-d", "-q"]] {
            #expect(try !HAProxyCommandLine(["-f", "a"] + words).isQuiet)
        }
    }

    @Test("a version or a condition is answered at once, whatever follows")
    func atOnce() throws {
        #expect(try read("-v", "-zz").task == .printVersion(withDetails: false))
        #expect(try read("-cc", "1", "-zz").task == .evaluate("1"))
        #expect(try read("-cc", "").task == .evaluate(""))
    }

    @Test(
        "what is no option is refused",
        arguments: [
            "-z", "-h", "--help", "-", "", "a.cfg", "-s", "-sx", "-l", "-i", "-u", "-b", "-e", "-F", "-k",
        ])
    func unknown(word: String) {
        #expect(throws: HAProxyCommandLine.Mistake.usage) { try read("-f", "a.cfg", word) }
    }

    @Test("without a file there is nothing to do")
    func noFile() {
        for words in [[], ["-c"], ["-q"], ["-D"], ["--"], ["-W"], ["-sf", "12"]] {
            #expect(throws: HAProxyCommandLine.Mistake.usage) { try HAProxyCommandLine(words) }
        }
    }

    @Test("--state says where the history is")
    func state() throws {
        #expect(try read("--state", "/s", "-f", "a").stateDirectory == "/s")
        #expect(try read("--state=/s", "-f", "a").stateDirectory == "/s")
        #expect(throws: HAProxyCommandLine.Mistake.missingValue("--state")) { try read("-f", "a", "--state") }
        #expect(throws: HAProxyCommandLine.Mistake.usage) { try read("-f", "a", "--states") }
    }

    @Test("a feature list of both signs is what -vv prints")
    func features() {
        #expect(HAProxyUsage.features.allSatisfy { $0.hasPrefix("+") || $0.hasPrefix("-") })
        #expect(HAProxyUsage.details.contains("+EPOLL"))
    }

    @Test("a memory limit is a number of megabytes")
    func memory() throws {
        #expect(try read("-f", "a.cfg", "-m", "2048").memoryLimit == 2048)
    }

    @Test("-vv says what is here in the lines that HAProxy has")
    func details() {
        let lines = HAProxyUsage.details.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for beginning in [
            "Running on: Linux ", "Build options :", "  TARGET  = ", "Feature list : -51DEGREES +ACCEPT4 ",
            "Running on OpenSSL version : OpenSSL 3", "Available polling systems :",
            "      epoll : pref=300,  test result OK",
            "Total: 1 (1 usable), will use epoll.", "Available multiplexer protocols :",
            "Available services : prometheus-exporter", "Available filters :",
        ] {
            #expect(lines.contains { $0.hasPrefix(beginning) }, "\(beginning)")
        }
    }

    @Test("who asks for what there is not is told so: a socket without a master")
    func shortfalls() throws {
        #expect(try HAProxyCommandLine(["-f", "a.cfg", "-W", "-dM", "-dr"]).shortfalls(hasMaster: true).isEmpty)
        let line = try HAProxyCommandLine(["-f", "a.cfg", "-S", "/run/m.sock", "-m", "64", "-x", "/run/s.sock"])
        #expect(
            line.shortfalls(hasMaster: false)
                == ["a master CLI socket was defined, but master-worker mode (-W) is not enabled."])
        #expect(line.shortfalls(hasMaster: true).isEmpty)
        let twice = try HAProxyCommandLine(["-f", "a.cfg", "-x", "/run/s.sock", "-x", "/run/t.sock"])
        #expect(twice.oldSocket == "/run/t.sock")
        #expect(twice.shortfalls(hasMaster: false) == ["-x option already set, overwriting the value"])
    }
}
