import Glibc
import Synchronization

/// Turns host names into addresses, on threads of its own: the C library's look-up blocks for as long as it likes.
///
/// At most `maximumThreads` look-ups run at once and the rest wait in line. A look-up that takes too long is given up by
/// who asked for it, while its thread still waits for the C library.
public final class Resolver: Sendable {
    /// Most look-ups at one time.
    public static let maximumThreads = 4

    /// How a look-up ended.
    public enum Answer: Sendable, Hashable {
        /// The first address that the system's order of preference gives, with port 0.
        case address(IPEndpoint)
        /// There is none; the C library's words.
        case failed(String)
        /// The time was over first.
        case timedOut
    }

    private struct Question {
        var host: String
        var answer: @Sendable (Answer) -> Void
    }

    private struct Line {
        var questions: [Question] = []
        var threads = 0
    }

    // Owner: the mutex; whoever asks appends, the threads take from the front.
    private let line = Mutex(Line())
    private let lookUp: @Sendable (String) -> Answer

    /// Makes a resolver; threads are started as questions come and end with the last one.
    public convenience init() { self.init(lookUp: Resolver.askTheSystem) }

    /// Makes a resolver that asks somebody else.
    ///
    /// - Parameter lookUp: may block.
    init(lookUp: @escaping @Sendable (String) -> Answer) {
        self.lookUp = lookUp
    }

    /// Looks up several names at the same time.
    ///
    /// - Parameters:
    ///   - hosts: the names.
    ///   - limit: how long to wait for all of them.
    /// - Returns: an answer for each name.
    public func addresses(of hosts: Set<String>, within limit: Duration) async -> [String: Answer] {
        await withTaskGroup(of: (String, Answer).self) { group in
            for host in hosts { group.addTask { (host, await self.address(of: host, within: limit)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// Looks up one name.
    ///
    /// - Parameters:
    ///   - host: the name.
    ///   - limit: how long to wait.
    /// - Returns: the answer.
    public func address(of host: String, within limit: Duration) async -> Answer {
        let first = FirstAnswer()
        let timer = Task {
            // Cancelled when the look-up was faster: then the answer is there already, and this one is not heard.
            try? await Task.sleep(for: limit)
            first.give(.timedOut)
        }
        ask(Question(host: host) { first.give($0) })
        let answer = await first.value()
        timer.cancel()
        return answer
    }

    private func ask(_ question: Question) {
        let needsThread = line.withLock { line in
            line.questions.append(question)
            guard line.threads < Self.maximumThreads else { return false }
            line.threads += 1
            return true
        }
        guard needsThread else { return }
        do {
            try LoopThread.start(name: "resolver") { self.work() }
        } catch {
            // Without a single thread nobody would ever answer; with others the line moves on.
            let abandoned = line.withLock { line in
                line.threads -= 1
                guard line.threads == 0 else { return [Question]() }
                defer { line.questions = [] }
                return line.questions
            }
            for question in abandoned { question.answer(.failed(error.description)) }
        }
    }

    /// A thread's life: questions until there are none.
    private func work() {
        while let question = next() { question.answer(lookUp(question.host)) }
    }

    private func next() -> Question? {
        line.withLock { line in
            if line.questions.isEmpty {
                line.threads -= 1
                return nil
            }
            return line.questions.removeFirst()
        }
    }

    private static func askTheSystem(_ host: String) -> Answer {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            return .failed(code == EAI_SYSTEM ? SystemError.text(of: errno) : String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(list) }
        var entry = list
        while let current = entry {
            var storage = sockaddr_storage()
            if let address = current.pointee.ai_addr {
                memcpy(&storage, address, Int(current.pointee.ai_addrlen))
                if case .ip(let endpoint)? = SocketAddress(storage) { return .address(endpoint) }
            }
            entry = current.pointee.ai_next
        }
        return .failed("no address")
    }
}

/// The first of several answers; the others are not heard.
private final class FirstAnswer: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Resolver.Answer, Never>)
        case given(Resolver.Answer)
    }

    // Owner: the mutex.
    private let state = Mutex(State.open)

    func give(_ answer: Resolver.Answer) {
        let waiting: CheckedContinuation<Resolver.Answer, Never>? = state.withLock { state in
            switch state {
            case .open:
                state = .given(answer)
                return nil
            case .awaited(let continuation):
                state = .given(answer)
                return continuation
            case .given:
                return nil
            }
        }
        waiting?.resume(returning: answer)
    }

    /// To be called once.
    func value() async -> Resolver.Answer {
        await withCheckedContinuation { continuation in
            let early: Resolver.Answer? = state.withLock { state in
                switch state {
                case .open:
                    state = .awaited(continuation)
                    return nil
                case .given(let answer):
                    return answer
                case .awaited:
                    preconditionFailure("an answer is awaited once")
                }
            }
            if let early { continuation.resume(returning: early) }
        }
    }
}
