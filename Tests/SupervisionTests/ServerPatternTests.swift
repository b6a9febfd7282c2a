import Model
import Testing

@testable import Supervision

@Suite struct ServerPatternTests {
    private let rabbit = ServerIdentity(instance: "warren", proxy: "rabbitmq_cluster", server: "rabbit")

    @Test(
        "a name of one, two or three parts matches its server",
        arguments: ["rabbit", "warren/rabbit", "warren/rabbitmq_cluster/rabbit"])
    func matches(_ text: String) throws {
        #expect(try #require(ServerPattern(text)).matches(rabbit))
    }

    @Test(
        "a name with another part does not match",
        arguments: ["rabbi", "cluster/rabbit", "warren/other/rabbit", "cluster/rabbitmq_cluster/rabbit", "Rabbit"])
    func differs(_ text: String) throws {
        #expect(try !#require(ServerPattern(text)).matches(rabbit))
    }

    @Test("a name with empty or too many parts is none", arguments: ["", "/", "warren/", "/rabbit", "a//b", "a/b/c/d"])
    func malformed(_ text: String) {
        #expect(ServerPattern(text) == nil)
    }

    @Test("suggestions have as many parts as what was written")
    func likeness() {
        #expect(ServerPattern.names(of: [rabbit], like: "x") == ["rabbit"])
        #expect(ServerPattern.names(of: [rabbit], like: "x/y") == ["warren/rabbit"])
        #expect(ServerPattern.names(of: [rabbit], like: "x/y/z") == ["warren/rabbitmq_cluster/rabbit"])
    }
}
