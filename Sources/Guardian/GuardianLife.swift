/// Which supervisors there are, and what follows from what happens to them.
///
/// A value: it knows processes by their numbers only, and says what is to be done.
struct GuardianLife: Equatable {
    enum End: Equatable {
        case code(Int32)
        case signal(Int32)
    }

    enum Event: Equatable {
        case started(Int32)
        /// Neither the new guardian nor a supervisor could be.
        case startFailed
        /// It serves.
        case ready(Int32)
        /// It accepts no more, and has given up its control socket.
        case left(Int32)
        case ended(Int32, End)
        /// The guardian was told to end all, by this signal.
        case ordered(Int32)
        /// The guardian got a signal that is the supervisor's.
        case forwarded(Int32)
        case upgradeOrdered
        case retryDue
    }

    /// What supervisors are told, as `GuardianLink.Word` has it.
    enum Word: String {
        case leave = "l"
        case predecessorLeft = "p"
        case upgradeFailed = "fthe new program did not come up; its messages say why"
    }

    enum Action: Equatable {
        /// Start a supervisor, to take over from another one or from nobody.
        case start(successorOf: Int32?)
        case send(Int32, to: Int32)
        case tell(Word, Int32)
        case retry(afterMilliseconds: Int64)
        case exit(Int32)
    }

    /// Who serves.
    private(set) var current: Int32?
    /// Who was started and doesn't serve yet.
    private(set) var next: Int32?
    /// Who was taken over from and has sessions yet.
    private(set) var formers: [Int32] = []
    /// Whether one has ever served: until then, a person waits for why it cannot be.
    private(set) var hasServed = false
    var intensity = RestartIntensity()
    /// Whether an upgrade was ordered that has not begun.
    private var isUpgradeDue = false
    private var isEnding = false
    private var exitCode: Int32 = 0

    /// Who has the traffic, or is to have it; `nil` while the next attempt is waited for.
    var main: Int32? { current ?? next }

    /// Goes on with supervisors that serve.
    ///
    /// - Parameter processes: `current`, then `formers`.
    mutating func goOn(with processes: [Int32]) {
        (current, formers, hasServed) = (processes.first, Array(processes.dropFirst()), true)
    }

    /// Takes in what happened.
    ///
    /// - Parameters:
    ///   - event: what.
    ///   - now: when, in milliseconds.
    /// - Returns: what is to be done, in this order.
    mutating func take(_ event: Event, at now: Int64) -> [Action] {
        switch event {
        case .started(let process): next = process
        case .startFailed: return goOnWithout(.code(1), at: now)
        case .ready(let process): return process == next ? succeed() : []
        case .left(let process): return formers.contains(process) ? tellOfLeaving : []
        case .ended(let process, let end): return takeEnd(of: process, end, at: now)
        case .ordered(let signal):
            isEnding = true
            return all.isEmpty ? [.exit(0)] : all.map { .send(signal, to: $0) }
        case .forwarded(let signal): return main.map { [.send(signal, to: $0)] } ?? []
        case .upgradeOrdered: isUpgradeDue = true
        case .retryDue: return main == nil && !isEnding ? [.start(successorOf: nil)] : []
        }
        return []
    }

    /// Begins an upgrade that was ordered: now, or as soon as one serves and no other is being started.
    ///
    /// - Returns: whether to become the new guardian, which then starts a supervisor that takes over.
    mutating func beginUpgrade() -> Bool {
        guard isUpgradeDue, current != nil, next == nil, !isEnding else { return false }
        isUpgradeDue = false
        return true
    }

    private var all: [Int32] { formers + [current, next].compactMap { $0 } }

    private var tellOfLeaving: [Action] { main.map { [.tell(.predecessorLeft, $0)] } ?? [] }

    private mutating func succeed() -> [Action] {
        defer { (current, next, hasServed) = (next, nil, true) }
        guard let former = current else { return [] }
        formers.append(former)
        return [.tell(.leave, former)]
    }

    private mutating func takeEnd(of process: Int32, _ end: End, at now: Int64) -> [Action] {
        if let index = formers.firstIndex(of: process) {
            formers.remove(at: index)
            return isEnding ? exitWhenAlone : tellOfLeaving
        }
        if process == next {
            next = nil
            return isEnding && hasServed ? exitWhenAlone : goOnWithout(end, at: now)
        }
        guard process == current else { return [] }
        current = nil
        return next == nil || isEnding || end == .code(0) ? goOnWithout(end, at: now) : tellOfLeaving
    }

    /// One that served, or was to, is no more.
    private mutating func goOnWithout(_ end: End, at now: Int64) -> [Action] {
        if let current { return [.tell(.upgradeFailed, current)] }
        guard isEnding || end == .code(0) || !hasServed else {
            return [.retry(afterMilliseconds: intensity.ended(at: now))]
        }
        // Ended by 'supervise down', or never came up: the others have no reason to be any more.
        let others = isEnding ? [] : all.map { Action.send(15, to: $0) }
        if case .code(let code) = end { exitCode = code } else { exitCode = isEnding ? 0 : 1 }
        isEnding = true
        return others + exitWhenAlone
    }

    private var exitWhenAlone: [Action] { all.isEmpty ? [.exit(exitCode)] : [] }
}
