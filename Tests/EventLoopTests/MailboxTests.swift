import EventLoop
import Foundation
import Testing

@Suite("mailbox")
struct MailboxTests {
    private let mailboxToken = EventToken(kind: 9, generation: 0, index: 0)

    @Test("messages come out once, in the order in which they were posted")
    func order() throws {
        let mailbox = try Mailbox<Int>()
        for number in 0..<100 { #expect(mailbox.post(number)) }
        #expect(mailbox.collect() == Array(0..<100))
        #expect(mailbox.collect().isEmpty)
    }

    @Test("posting wakes a poller until the messages are collected")
    func wakes() throws {
        let poller = try Poller()
        let mailbox = try Mailbox<Int>()
        try poller.addLevelTriggered(mailbox.descriptor, token: mailboxToken)
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
        #expect(mailbox.post(1))
        #expect(mailbox.post(2))
        #expect(poller.wait(timeoutMilliseconds: 10_000) == 1)
        #expect(poller.event(0).token == mailboxToken)
        #expect(poller.wait(timeoutMilliseconds: 0) == 1)
        #expect(mailbox.collect() == [1, 2])
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
    }

    @Test("a closed mailbox hands out what is undone and takes nothing more")
    func close() throws {
        let mailbox = try Mailbox<Int>()
        #expect(mailbox.post(1))
        #expect(mailbox.close() == [1])
        #expect(!mailbox.post(2))
        #expect(mailbox.close().isEmpty)
        #expect(mailbox.collect().isEmpty)
    }

    @Test("nothing is lost between many posting threads and one that collects and closes")
    func threads() throws {
        let threads = 4
        let each = 2_000
        let mailbox = try Mailbox<Int>()
        let poller = try Poller()
        try poller.addLevelTriggered(mailbox.descriptor, token: mailboxToken)
        for thread in 0..<threads {
            Thread.detachNewThread {
                for number in 0..<each { _ = mailbox.post(thread * each + number) }
            }
        }
        var collected: [Int] = []
        while collected.count < threads * each {
            try #require(poller.wait(timeoutMilliseconds: 20_000) == 1, "a message was posted without a wake-up")
            collected += mailbox.collect()
        }
        #expect(collected.sorted() == Array(0..<threads * each))
        // One thread's messages keep their order.
        for thread in 0..<threads {
            let own = collected.filter { $0 / each == thread }
            #expect(own == own.sorted())
        }
    }
}
