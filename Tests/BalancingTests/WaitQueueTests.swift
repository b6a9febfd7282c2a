import Seeds
import Testing

@testable import Balancing

@Suite("WaitQueue")
struct WaitQueueTests {
    @Test("a free server takes the session that came first, from its own line or the backend's")
    func order() {
        var queue = WaitQueue(maxqueue: [nil, nil], capacity: 10)
        for (session, line) in [(1, WaitQueue.Line.backend), (2, .server(0)), (3, .server(1)), (4, .backend)] {
            #expect(queue.enqueue(UInt64(session), in: line) != nil)
        }
        #expect(queue.next(for: 0, takesTraffic: true)?.session == 1)
        #expect(queue.next(for: 0, takesTraffic: true)?.session == 2)
        #expect(queue.next(for: 0, takesTraffic: true)?.session == 4)
        #expect(queue.next(for: 0, takesTraffic: true) == nil)
        #expect(queue.next(for: 1, takesTraffic: true)?.session == 3)
        #expect(queue.count == 0)
    }

    @Test("a server that takes no traffic serves only those who wait for it")
    func drained() {
        var queue = WaitQueue(maxqueue: [nil], capacity: 10)
        #expect(queue.enqueue(1, in: .backend) != nil)
        #expect(queue.enqueue(2, in: .server(0)) != nil)
        #expect(queue.next(for: 0, takesTraffic: false)?.session == 2)
        #expect(queue.next(for: 0, takesTraffic: false) == nil)
        #expect(queue.count(in: .backend) == 1)
    }

    @Test("a session that gave up is gone, and its ticket is worthless afterwards")
    func givingUp() throws {
        var queue = WaitQueue(maxqueue: [nil], capacity: 10)
        let tickets = (1...3).compactMap { queue.enqueue($0, in: .backend) }
        try #require(tickets.count == 3)
        #expect(queue.remove(tickets[1])?.session == 2)
        #expect(queue.remove(tickets[1]) == nil)
        let entered = queue.enqueue(4, in: .server(0))
        let again = try #require(entered)
        #expect(queue.remove(tickets[1]) == nil)
        #expect(queue.count == 3 && queue.count(in: .backend) == 2 && queue.count(in: .server(0)) == 1)
        #expect(queue.next(for: 0, takesTraffic: true)?.session == 1)
        #expect(queue.next(for: 0, takesTraffic: true)?.session == 3)
        #expect(queue.remove(again)?.session == 4)
        #expect(queue.remove(tickets[0]) == nil)
        #expect(queue.count == 0)
    }

    @Test("a full line refuses, the others still take")
    func bounds() {
        var queue = WaitQueue(maxqueue: [1, nil], capacity: 3)
        #expect(queue.enqueue(1, in: .server(0)) != nil)
        #expect(queue.enqueue(2, in: .server(0)) == nil)
        #expect(queue.enqueue(3, in: .server(1)) != nil)
        #expect(queue.enqueue(4, in: .backend) != nil)
        #expect(queue.enqueue(5, in: .backend) == nil)
        #expect(queue.removeFirst(of: .server(0))?.session == 1)
        #expect(queue.enqueue(6, in: .server(0)) != nil)
    }

    /// As recorded: three wait, one gives up between them, a fourth comes late.
    @Test("each session learns how many of its line were served while it waited, itself included")
    func servedBefore() throws {
        var queue = WaitQueue(maxqueue: [nil], capacity: 10)
        let tickets = (1...4).compactMap { queue.enqueue($0, in: .backend) }
        try #require(tickets.count == 4)
        #expect(queue.next(for: 0, takesTraffic: true)?.servedBefore == 1)
        #expect(queue.enqueue(5, in: .backend) != nil)
        #expect(queue.next(for: 0, takesTraffic: true)?.servedBefore == 2)
        #expect(queue.remove(tickets[2])?.servedBefore == 2)
        #expect(queue.next(for: 0, takesTraffic: true)?.servedBefore == 3)
        #expect(queue.next(for: 0, takesTraffic: true) == .init(session: 5, line: .backend, servedBefore: 3))
    }

    @Test("the line of a server that went down can be emptied in order")
    func emptying() {
        var queue = WaitQueue(maxqueue: [nil, nil], capacity: 10)
        for session: UInt64 in 1...4 { #expect(queue.enqueue(session, in: .server(Int(session % 2))) != nil) }
        #expect(queue.removeFirst(of: .server(1))?.session == 1)
        #expect(queue.removeFirst(of: .server(1))?.session == 3)
        #expect(queue.removeFirst(of: .server(1)) == nil)
        #expect(queue.count == 2)
    }

    @Test("any walk of arrivals and departures keeps the order of arrival")
    func anything() {
        var random = SeededGenerator(seed: 7)
        var queue = WaitQueue(maxqueue: [nil, nil, nil], capacity: 50)
        var model: [(session: UInt64, line: WaitQueue.Line, ticket: WaitQueue.Ticket)] = []
        for session in UInt64(1)...20_000 {
            let server = Int(random.next() % 3)
            switch random.next() % 4 {
            case 0, 1:
                let line: WaitQueue.Line = random.next() % 2 == 0 ? .backend : .server(server)
                let ticket = queue.enqueue(session, in: line)
                #expect((ticket == nil) == (model.count == 50))
                if let ticket { model.append((session, line, ticket)) }
            case 2:
                let takesTraffic = random.next() % 2 == 0
                let first = model.firstIndex { $0.line == .server(server) || takesTraffic && $0.line == .backend }
                let expected = first.map { model.remove(at: $0).session }
                #expect(queue.next(for: server, takesTraffic: takesTraffic)?.session == expected)
            default:
                guard !model.isEmpty else { continue }
                let leaving = model.remove(at: Int(random.next() % UInt64(model.count)))
                #expect(queue.remove(leaving.ticket)?.session == leaving.session)
            }
            #expect(queue.count == model.count)
        }
        #expect(queue.removeAll().map(\.session) == model.map(\.session))
        #expect(queue.count == 0)
        #expect(queue.removeAll().isEmpty)
    }
}
