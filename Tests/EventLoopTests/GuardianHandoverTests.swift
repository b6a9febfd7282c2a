import Testing

@testable import EventLoop

@Suite("What a guardian hands over")
struct GuardianHandoverTests {
    @Test("a first start has a cause and no sockets")
    func first() {
        #expect(GuardianHandover("order") == GuardianHandover(cause: .order, sockets: [:]))
    }

    @Test("a crash has its text, and the sockets their names, also with spaces")
    func crash() {
        let text = "crash pid 7 was killed\0last line\n5 127.0.0.1:80 interface eth0\n6 (lock)"
        #expect(
            GuardianHandover(text)
                == GuardianHandover(
                    cause: .crash("pid 7 was killed\nlast line"),
                    sockets: ["127.0.0.1:80 interface eth0": 5, "(lock)": 6]))
    }

    @Test("an upgrade has the predecessor's number")
    func upgrade() {
        #expect(GuardianHandover("upgrade 42\n9 /run/x.sock")?.cause == .upgrade(of: 42))
    }

    @Test(
        "what is no handover is refused", arguments: ["", "nonsense", "upgrade x", "order\nx 127.0.0.1:80", "order\n5"])
    func nonsense(text: String) {
        #expect(GuardianHandover(text) == nil)
    }
}
