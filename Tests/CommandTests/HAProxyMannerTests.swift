import Configuration
import Testing

@testable import supervise

/// Command line and files together.
@Suite("haproxy manner")
struct HAProxyMannerTests {
    private func manner(_ words: [String], _ change: (inout ProcessConfiguration) -> Void = { _ in }) throws
        -> HAProxyManner
    {
        var process = ProcessConfiguration()
        change(&process)
        return HAProxyManner(try HAProxyCommandLine(["-f", "a.cfg"] + words), process)
    }

    @Test("the files can ask for the background; the foreground goes before both")
    func background() throws {
        #expect(try !manner([]).goesToBackground)
        #expect(try manner(["-D"]).goesToBackground)
        #expect(try manner([]) { $0.isDaemon = true }.goesToBackground)
        for words in [["-db"], ["-d"], ["-Ws"]] {
            #expect(try !manner(words) { $0.isDaemon = true }.goesToBackground)
        }
    }

    @Test("the files can ask for a master; -db does not take it back, and -Ws stays what it is")
    func mastery() throws {
        #expect(try manner([]).mastery == .alone)
        #expect(try manner([]) { $0.master = .init() }.mastery == .master)
        #expect(try manner(["-db"]) { $0.master = .init() }.mastery == .master)
        #expect(try manner(["-Ws"]) { $0.master = .init() }.mastery == .masterUnderSystemd)
        #expect(try manner(["-W"]).endsWithFailedWorker)
        #expect(try !manner([]) { $0.master = .init(endsWithFailedWorker: false) }.endsWithFailedWorker)
    }

    @Test("a pid file is written in the background and by a master; the command line's goes before the files'")
    func pidFile() throws {
        #expect(try manner(["-p", "/a"]).pidFile == nil)
        #expect(try manner(["-D", "-p", "/a"]) { $0.pidFile = "/b" }.pidFile == "/a")
        #expect(try manner(["-W"]) { $0.pidFile = "/b" }.pidFile == "/b")
        #expect(try manner([]) { $0.pidFile = "/b" }.pidFile == nil)
    }

    @Test("addresses are shared unless one of both says no")
    func sharing() throws {
        #expect(try manner([]).sharesAddresses)
        #expect(try !manner(["-dR"]).sharesAddresses)
        #expect(try !manner([]) { $0.sharesAddresses = false }.sharesAddresses)
    }
}
