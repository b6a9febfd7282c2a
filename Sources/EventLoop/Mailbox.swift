import CLinux
import Glibc
import Synchronization

/// Messages for an event loop from other threads: a locked array and an eventfd that wakes the loop.
///
/// Any thread posts; the loop registers `descriptor` (level-triggered) and collects between two turns. Messages are few
/// (orders of people, requests for snapshots), so a lock costs nothing that matters. A closed mailbox takes no more.
public final class Mailbox<Message: Sendable>: Sendable {
    private struct Content {
        var messages: [Message] = []
        var isClosed = false
    }

    // Owner: the mutex; posted to by any thread, emptied by the loop's.
    private let content = Mutex(Content())

    /// What becomes readable when there is something to collect.
    public let descriptor: Int32

    /// Makes an empty mailbox.
    ///
    /// - Throws: `SystemError` when the kernel has no descriptor left.
    public init() throws(SystemError) {
        descriptor = supervise_event_descriptor()
        guard descriptor >= 0 else { throw SystemError("eventfd", "mailbox") }
    }

    deinit { close(descriptor) }

    /// Leaves a message; any thread may.
    ///
    /// - Parameter message: what the loop is to get.
    /// - Returns: whether it was taken; `false` once the mailbox is closed.
    public func post(_ message: Message) -> Bool {
        let wasTaken = content.withLock { content in
            if content.isClosed { return false }
            content.messages.append(message)
            return true
        }
        if wasTaken {
            var one: UInt64 = 1
            // Can only fail with EAGAIN, when the counter is at its limit and the loop therefore awake anyway.
            _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
        }
        return wasTaken
    }

    /// Takes everything out; for the loop's thread.
    ///
    /// - Returns: the messages in the order in which they were posted.
    public func collect() -> [Message] {
        var count: UInt64 = 0
        // EAGAIN means that nobody has posted since; the array says the same.
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        return content.withLock { content in
            defer { content.messages = [] }
            return content.messages
        }
    }

    /// Takes everything out and refuses what comes later; for the loop's thread at its end.
    ///
    /// - Returns: the messages that nobody will carry out.
    public func close() -> [Message] {
        content.withLock { content in
            content.isClosed = true
            defer { content.messages = [] }
            return content.messages
        }
    }

    private func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }
}
