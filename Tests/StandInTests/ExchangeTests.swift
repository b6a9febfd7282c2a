import Testing

@testable import StandIn

@Suite("Exchanges")
struct ExchangeTests {
    @Test(
        "a topic pattern matches words",
        arguments: [
            ("a.b", "a.b", true), ("a.b", "a.c", false), ("a.*", "a.b", true), ("a.*", "a", false),
            ("a.*", "a.b.c", false), ("#", "", true), ("#", "a.b.c", true), ("a.#", "a", true), ("a.#", "a.b.c", true),
            ("#.c", "a.b.c", true), ("#.c", "c", true), ("a.#.c", "a.c", true), ("a.#.c", "a.b.b.c", true),
            ("a.#.c", "a.b", false), ("*.#.*", "a", false), ("*.#.*", "a.b", true), ("*", "", false), ("", "", true),
            ("a..b", "a..b", true), ("a.*.b", "a..b", true),
        ])
    func topics(pattern: String, key: String, isMatch: Bool) {
        #expect(TopicPattern.matches(TopicPattern.words(of: pattern), TopicPattern.words(of: key)) == isMatch)
    }

    @Test("a message goes to each queue once, however many bindings match")
    func onceEach() {
        var exchange = Exchange(ExchangeDeclaration(name: "e", type: "topic"), kind: .topic)
        for (queue, key) in [("one", "#"), ("one", "a.*"), ("two", "a.b"), ("three", "x")] {
            let isNew = exchange.bind(Exchange.Binding(queue: queue, routingKey: key, arguments: [:]))
            #expect(isNew)
        }
        #expect(exchange.queues(for: "a.b") == ["one", "two"])
        let isNew = exchange.bind(Exchange.Binding(queue: "two", routingKey: "a.b", arguments: [:]))
        #expect(!isNew)
    }
}
