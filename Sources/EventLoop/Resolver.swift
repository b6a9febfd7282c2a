import CLinux
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
        /// Its addresses, never none, in the system's order of preference, with port 0.
        case addresses([IPEndpoint])
        /// There is none; the C library's words.
        case failed(String)
        /// The time was over first.
        case timedOut
    }

    private struct Line {
        /// The names that no thread has taken yet.
        var hosts: [String] = []
        /// Who asks for each name, also while a thread looks it up: who comes meanwhile gets the same answer.
        var askers: [String: [@Sendable (Answer) -> Void]] = [:]
        var threads = 0
    }

    // Owner: the mutex; whoever asks appends, the threads take the names from the front and the askers at their end.
    private let line = Mutex(Line())
    private let lookUp: @Sendable (String) -> Answer

    /// Makes a resolver; threads are started as questions come and end with the last one.
    public convenience init() { self.init(lookUp: Resolver.askTheSystem) }

    /// Makes a resolver that knows some names already, and asks the system for the others.
    ///
    /// - Parameter known: addresses by name, as the system gave them; a name that it had none for is asked again.
    public convenience init(knowing known: [String: Answer]) {
        self.init { host in
            if case .addresses? = known[host], let answer = known[host] { return answer }
            return Resolver.askTheSystem(host)
        }
    }

    /// Makes a resolver that asks somebody else.
    ///
    /// - Parameter lookUp: gives a name's answer; called by several threads, and may block.
    public init(lookUp: @escaping @Sendable (String) -> Answer) {
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
        look(up: host) { first.give($0) }
        let answer = await first.value()
        timer.cancel()
        return answer
    }

    /// Looks up one name, however long it takes.
    ///
    /// - Parameters:
    ///   - host: the name.
    ///   - answer: called once, by a thread of the resolver's (by the caller's, when there is no thread to be had).
    public func look(up host: String, _ answer: @escaping @Sendable (Answer) -> Void) {
        let needsThread = line.withLock { line in
            guard line.askers[host] == nil else {
                line.askers[host]?.append(answer)
                return false
            }
            line.askers[host] = [answer]
            line.hosts.append(host)
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
                guard line.threads == 0 else { return [@Sendable (Answer) -> Void]() }
                defer { (line.hosts, line.askers) = ([], [:]) }
                return line.askers.values.flatMap(\.self)
            }
            for answer in abandoned { answer(.failed(error.description)) }
        }
    }

    /// A thread's life: questions until there are none.
    private func work() {
        while let host = next() {
            let answer = lookUp(host)
            for asker in line.withLock({ $0.askers.removeValue(forKey: host) ?? [] }) { asker(answer) }
        }
    }

    private func next() -> String? {
        line.withLock { line in
            if line.hosts.isEmpty {
                line.threads -= 1
                return nil
            }
            return line.hosts.removeFirst()
        }
    }

    /// Asks the C library, for as long as it takes.
    ///
    /// - Parameter host: a name.
    /// - Returns: its addresses, or why there are none.
    public static func askTheSystem(_ host: String) -> Answer {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            return .failed(code == EAI_SYSTEM ? SystemError.text(of: errno) : String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(list) }
        var addresses: [IPEndpoint] = []
        var entry = list
        while let current = entry {
            var storage = sockaddr_storage()
            if let address = current.pointee.ai_addr {
                memcpy(&storage, address, Int(current.pointee.ai_addrlen))
                if case .ip(let endpoint)? = SocketAddress(storage) { addresses.append(endpoint) }
            }
            entry = current.pointee.ai_next
        }
        return addresses.isEmpty ? .failed("no address") : .addresses(addresses)
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
