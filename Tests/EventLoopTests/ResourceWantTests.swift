import EventLoop
import Glibc
import Testing

@Suite("ResourceWant")
struct ResourceWantTests {
    @Test(
        "an error of socket(2) says what there was not enough of",
        arguments: [
            (EMFILE, ResourceWant.processDescriptors), (ENFILE, .systemDescriptors), (ENOMEM, .memory),
            (ENOBUFS, .memory), (EACCES, .other),
        ])
    func sorts(code: Int32, want: ResourceWant) {
        #expect(ResourceWant(code) == want)
    }

    @Test("a process may hold as many descriptors as the kernel says")
    func held() throws {
        #expect(DescriptorLimit.held == (try DescriptorLimit.current().soft))
    }
}
