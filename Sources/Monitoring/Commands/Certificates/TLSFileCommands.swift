import Configuration
import Model
import Proxy
import TLS

/// The commands about files of authorities, and of revoked certificates: those in use, and others in their place without an
/// end for any session.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show|new|set|commit|abort|del ssl ca-file|crl-file`; texts, and the
///   order in which mistakes are found, recorded from 2.6.12.
enum TLSFileCommands {
    /// The commands.
    static let all = [TLSFileKind.authorities, .revocations].flatMap { kind in
        [show(kind), new(kind), set(kind), commit(kind), abort(kind), delete(kind)]
    }

    // MARK: Showing

    private static func show(_ kind: TLSFileKind) -> Command {
        let (usage, summary) =
            switch kind {
            case .authorities:
                (
                    "show ssl ca-file [<cafile>[:<index>]]",
                    "display the SSL CA files used in memory, or the details of a <cafile>, or a single certificate of "
                        + "index <index> of a CA file <cafile>"
                )
            case .revocations:
                (
                    "show ssl crl-file [<crlfile[:<index>>]]",
                    "display the SSL CRL files used in memory, or the details of a <crlfile>, or a single CRL of index "
                        + "<index> of CRL file <crlfile>"
                )
            }
        return Command("show ssl \(kind.word)", usage: usage, summary: summary, level: .operator) {
            arguments, _, context in
            guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
            let files = kind.files(of: running)
            guard !arguments[0].isEmpty else { return list(kind, files, kind.book(in: context)) }
            let parts = arguments[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            var number: Int?
            if parts.count == 2 {
                number = Int(parts[1])
                guard let number, number > 0 else {
                    return .message("wrong \(kind.name) index after colons in '\(arguments[0])'!", .error)
                }
            }
            return details(kind, String(parts[0]), number, files, kind.book(in: context))
        }
    }

    private static func list(_ kind: TLSFileKind, _ files: [PEMFile], _ book: TLSFileBook) -> Command.Outcome {
        let changing = book.transaction.map { "# transaction\n" + kind.line(of: "*\($0.path)", $0.contents) } ?? ""
        let all = files.map { (path: $0.path, contents: $0.contents) } + book.unused.map { (path: $0, contents: $1) }
        let lines = all.sorted { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
        return .answer(changing + "# filename\n" + lines.map { kind.line(of: $0.path, $0.contents) }.joined())
    }

    private static func details(
        _ kind: TLSFileKind, _ name: String, _ number: Int?, _ files: [PEMFile], _ book: TLSFileBook
    ) -> Command.Outcome {
        let used = files.first { $0.path == name }?.contents
        let changing = book.transaction.flatMap { "*\($0.path)" == name ? $0.contents : nil }
        guard let contents = used ?? changing ?? book.unused[name] else {
            return .refusal("Can't display the \(kind.name) file : Not found!")
        }
        let entries = kind.entries(of: contents)
        let isEmpty = contents.isEmpty && used == nil
        switch kind {
        // Of what isn't there nothing is told, as in HAProxy.
        case .authorities where isEmpty || number.map { $0 > entries.count } ?? false: return .done
        case .authorities, .revocations: break
        }
        let shown = entries.enumerated().filter { number == nil || $0.offset + 1 == number }
        return .answer(
            "Filename: \(name)\nStatus: \(isEmpty ? "Empty" : used != nil ? "Used" : "Unused")\n"
                + shown.map { " \n\(kind.entryTitle) #\($0.offset + 1):\n\($0.element)" }.joined())
    }

    // MARK: Changing

    private static func new(_ kind: TLSFileKind) -> Command {
        let usage =
            switch kind {
            case .authorities: "new ssl ca-file <cafile>"
            case .revocations: "new ssl crlfile <crlfile>"
            }
        return Command(
            "new ssl \(kind.word)", usage: usage, summary: "create a new \(kind.name) file to be used in a crt-list",
            level: .admin
        ) { arguments, _, context in
            let name = arguments[0]
            guard !name.isEmpty else { return .refusal("'new ssl \(kind.word)' expects a filename") }
            guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
            let book = kind.book(in: context)
            guard book.unused[name] == nil, !kind.files(of: running).contains(where: { $0.path == name }) else {
                return .refusal("\(kind.name) file '\(name)' already exists!")
            }
            guard book.keep(name, []) else {
                return .refusal("There are \(TLSFileBook.mostUnused) files that nobody uses; delete some first!")
            }
            return .message("New \(kind.name) file created '\(name)'!\n", .notice)
        }
    }

    private static func set(_ kind: TLSFileKind) -> Command {
        Command(
            "set ssl \(kind.word)", usage: "set ssl \(kind.word) \(kind.placeholder) <payload>",
            summary: "replace a \(kind.name) file", level: .admin
        ) { arguments, _, context in
            let name = arguments[0]
            guard !name.isEmpty, let payload = arguments.payload, !payload.isEmpty else {
                return .refusal("'set ssl \(kind.word) expects a filename and \(kind.name)s as a payload")
            }
            func refuse(_ why: String) -> Command.Outcome { .refusal("\(why)\nCan't update \(name)!") }
            guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
            let book = kind.book(in: context)
            let former = book.transaction
            if let former, former.path != name {
                return refuse("The ongoing transaction is about '\(former.path)' but you are trying to set '\(name)'")
            }
            guard kind.files(of: running).contains(where: { $0.path == name }) || book.unused[name] != nil else {
                return refuse("Can't replace a \(kind.name) file which is not referenced by the configuration!")
            }
            let contents = Array(payload.utf8)
            guard !CertificateDetails.all(in: contents).isEmpty || !RevocationList.all(in: contents).isEmpty else {
                return refuse("Invalid payload")
            }
            book.set(.init(path: name, contents: contents))
            let verb = former == nil ? "created" : "updated"
            return .message("transaction \(verb) for \(kind.name) \(name)!\n", .notice)
        }
    }

    private static func commit(_ kind: TLSFileKind) -> Command {
        Command(
            "commit ssl \(kind.word)", usage: "commit ssl \(kind.word) \(kind.placeholder)",
            summary: "commit a \(kind.name) file", level: .admin
        ) { arguments, _, context in
            let name = arguments[0]
            // HAProxy names the other kind for both.
            guard !name.isEmpty else { return .refusal("'commit ssl ca-file expects a filename") }
            func refuse(_ why: String) -> Command.Outcome { .refusal("\(why)\nCan't commit \(name)!") }
            let book = kind.book(in: context)
            guard let transaction = book.transaction else { return refuse("No ongoing transaction! !") }
            guard transaction.path == name else {
                return refuse(
                    "The ongoing transaction is about '\(transaction.path)' but you are trying to set '\(name)'")
            }
            if book.unused[name] != nil {
                _ = book.keep(name, transaction.contents)
                book.set(nil)
                return .answer("Committing \(name)\nSuccess!\n")
            }
            switch await context.carryOut(kind.replacement(of: name, by: transaction.contents)) {
            case .refused(let refusal): return .message("\(refusal)Can't commit \(name)!\n", .error)
            case .done, .told:
                book.set(nil)
                let uses = await context.ask(.configuration)?.uses(ofTLSFile: name) ?? 0
                return .answer("Committing \(name)\(String(repeating: ".", count: uses))\nSuccess!\n")
            }
        }
    }

    private static func abort(_ kind: TLSFileKind) -> Command {
        Command(
            "abort ssl \(kind.word)", usage: "abort ssl \(kind.word) \(kind.placeholder)",
            summary: "abort a transaction for a \(kind.name) file", level: .admin
        ) { arguments, _, context in
            let name = arguments[0]
            guard !name.isEmpty else { return .refusal("'abort ssl \(kind.word)' expects a filename") }
            let book = kind.book(in: context)
            guard let transaction = book.transaction else { return .refusal("No ongoing transaction!") }
            guard transaction.path == name else {
                return .refusal(
                    "The ongoing transaction is about '\(transaction.path)' but you are trying to abort a transaction "
                        + "for '\(name)'")
            }
            book.set(nil)
            return .message("Transaction aborted for certificate '\(name)'!\n", .notice)
        }
    }

    private static func delete(_ kind: TLSFileKind) -> Command {
        Command(
            "del ssl \(kind.word)", usage: "del ssl \(kind.word) \(kind.placeholder)",
            summary: "delete an unused \(kind.name) file", level: .admin
        ) { arguments, _, context in
            let name = arguments[0]
            guard !name.isEmpty else { return .refusal("'del ssl \(kind.word)' expects a \(kind.name) file name") }
            func refuse(_ why: String) -> Command.Outcome { .refusal("Can't remove the \(kind.name) file: \(why)") }
            let book = kind.book(in: context)
            guard book.transaction?.path != name else {
                return refuse("ongoing transaction for the \(kind.name) file '\(name)'")
            }
            guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
            guard !kind.files(of: running).contains(where: { $0.path == name }) else {
                return refuse("\(kind.name) file '\(name)' in use, can't be deleted!\n")
            }
            guard book.unused[name] != nil else {
                return refuse("\(kind.name) file '\(name)' doesn't exist!\n")
            }
            book.forget(name)
            return .message("\(kind.name) file '\(name)' deleted!\n", .notice)
        }
    }
}
