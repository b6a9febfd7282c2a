/// To whom a command of a master's socket goes: the words after `@`.
///
/// - Source: HAProxy 2.6 management guide, section 9.4.
enum MasterTarget: Equatable {
    /// The master itself: `@`, `@0` or `@master`.
    case master
    /// A worker by its number among those with the traffic: `@1`.
    case relative(Int)
    /// A process by its number: `@!1234`.
    case process(Int32)

    /// Reads a prefix; `nil` for what names nobody.
    ///
    /// - Parameter word: the prefix with its `@`.
    init?(_ word: String) {
        let name = word.dropFirst()
        if name.isEmpty || name == "master" {
            self = .master
        } else if name.hasPrefix("!") {
            guard let process = Int32(name.dropFirst()), process > 0 else { return nil }
            self = .process(process)
        } else {
            guard let number = Int(name), number >= 0 else { return nil }
            self = number == 0 ? .master : .relative(number)
        }
    }

    /// The worker that is meant; `nil` for the master, and when there is none.
    ///
    /// - Parameter processes: who there is.
    /// - Returns: the worker.
    func worker(among processes: MasterProcesses) -> MasterProcesses.Worker? {
        switch self {
        case .master: nil
        // One worker has the traffic, whatever the number of its reloads.
        case .relative(let number): number == 1 ? processes.workers.last { $0.isCurrent } : nil
        case .process(let identifier): processes.workers.first { $0.processID == identifier }
        }
    }
}

extension CommandRequest {
    /// The request as a client writes it.
    ///
    /// - Parameter count: how many words are left out at its beginning.
    /// - Returns: the line, and the payload with the empty line at its end.
    func text(droppingFirst count: Int) -> String {
        let special: Set<Character> = [" ", "\t", ";", "\\", "\r"]
        let line = words.dropFirst(count).map { word in
            word.map { special.contains($0) ? "\\\($0)" : "\($0)" }.joined()
        }.joined(separator: " ")
        return line + (payload.map { " <<\n\($0)\n" } ?? "\n")
    }
}
