import Glibc
import Testing

@testable import EventLoop

@Suite struct PrivilegesTests {
    @Test("a user is known by name and by number, and nobody by what isn't there")
    func users() throws {
        let root = try #require(Account.user(named: "root"))
        #expect(root == Account.User(name: "root", number: 0, group: 0))
        #expect(Account.user(numbered: 0) == root)
        #expect(Account.user(named: "no such user") == nil)
        #expect(Account.user(numbered: 4_000_000_001) == nil)
    }

    @Test("who becomes a user may still listen below port 1024, and has nothing else of root's")
    func keepsPorts() async throws {
        guard geteuid() == 0, Account.user(named: "nobody") != nil else {
            return print("skipped: this test needs root, and a user 'nobody'")
        }
        await #expect(processExitsWith: .success) {
            let nobody = try #require(Account.user(named: "nobody"))
            try Privileges.becomeKeepingPorts(nobody)
            #expect(getuid() == nobody.number && geteuid() == nobody.number && getegid() == nobody.group)
            #expect(setuid(0) == -1 && errno == EPERM)
            #expect(open("/etc/shadow", O_RDONLY) == -1 && errno == EACCES)
            // An address that no other test has.
            let address = try #require(SocketAddress(ip: "127.83.\(getpid() / 256 % 256).\(getpid() % 256)", port: 80))
            let listener = try Socket.listen(on: address, backlog: 1)
            Socket.close(listener)
        }
    }
}
