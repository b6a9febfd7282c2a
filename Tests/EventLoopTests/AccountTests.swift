import Glibc
import Testing

@testable import EventLoop

@Suite struct AccountTests {
    @Test("root is number 0, as a user and as a group")
    func root() {
        #expect(Account.userID(named: "root") == 0)
        #expect(Account.groupID(named: "root") == 0)
    }

    @Test("an unknown name has no number")
    func unknown() {
        #expect(Account.userID(named: "no such user") == nil)
        #expect(Account.groupID(named: "no such group") == nil)
    }

    @Test("the limit of descriptors is raised to the hard limit, and may be raised again")
    func limit() throws {
        let raised = try DescriptorLimit.raise()
        var limit = rlimit()
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        #expect(limit.rlim_cur == limit.rlim_max)
        #expect(raised == UInt64(limit.rlim_cur))
        #expect(try DescriptorLimit.raise() == raised)
    }
}
