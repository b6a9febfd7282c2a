import Configuration
import Model
import Proxy
import TLS

/// The commands about lists and folders of certificates, and the certificates that may go into them.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show|add|del ssl crt-list`, `new|del ssl cert`; texts, and the
///   order in which mistakes are found, recorded from 2.6.12.
enum CertificateListCommands {
    /// The commands.
    static let all = [show, add, delete, newCertificate, deleteCertificate]

    // MARK: Lists

    private static let show = Command(
        "show ssl crt-list", usage: "show ssl crt-list [-n] [<list>]",
        summary: "show the list of crt-lists or the content of a crt-list file <list>", level: .admin
    ) { arguments, _, context in
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        let isNumbered = arguments[0] == "-n"
        let name = isNumbered ? arguments[1] : arguments[0]
        guard !name.isEmpty else {
            if isNumbered { return .refusal("'show ssl crt-list -n' expects a filename or a directory") }
            return .answer(running.certificateLists.map { "\($0)\n" }.joined())
        }
        let list = withoutSlash(name)
        guard let entries = running.entries(ofCertificateList: list) else {
            return .refusal("didn't find the specified filename")
        }
        return .answer("# \(list)\n" + entries.map { line(of: $0, isNumbered: isNumbered) }.joined())
    }

    private static func line(of entry: TLSListener.Entry, isNumbered: Bool) -> String {
        let number = isNumbered ? ":\(entry.origin?.line ?? 0)" : ""
        let options = entry.origin?.options.map { " [\($0)]" } ?? ""
        return entry.certificate.path + number + options + (entry.origin?.filters ?? []).map { " \($0)" }.joined()
            + "\n"
    }

    private static let add = Command(
        "add ssl crt-list", usage: "add ssl crt-list <list> <cert> [opts]*",
        summary: "add to crt-list file <list> a line <cert> or a payload", level: .admin
    ) { arguments, _, context in
        guard !arguments[0].isEmpty, !arguments[1].isEmpty || arguments.payload != nil else {
            return .refusal("'add ssl crtlist' expects a filename and a certificate name")
        }
        func refuse(_ why: String) -> Command.Outcome { .refusal("Can't edit the crt-list: \(why)") }
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        let list = withoutSlash(arguments[0])
        guard let entries = running.entries(ofCertificateList: list) else {
            return refuse("crt-list '\(arguments[0])' does not exist!")
        }
        // Words after the certificate's name mean nothing; whoever has more to say sends a line.
        let lines = arguments.payload.map { $0.split(separator: "\n").map(String.init) } ?? [arguments[1]]
        guard lines.count == 1 else { return refuse("only one line of payload is supported!") }
        let path = String(lines[0].prefix { !$0.isWhitespace && $0 != "[" })
        if entries.contains(where: { $0.origin?.isFolder ?? false }) {
            guard path.hasPrefix(list + "/") else {
                return refuse("'\(list)' is a directory, certificate path '\(path)' must contain the directory path")
            }
            guard !entries.contains(where: { $0.certificate.path == path }) else {
                return refuse("file already exists in this directory!")
            }
        }
        let unused = context.certificates.unused(at: path)
        let used = running.loadedCertificates.first { $0.path == path }
        guard used != nil || unused != nil else { return refuse("certificate '\(path)' does not exist!") }
        guard let certificate = used ?? unused?.certificate else { return refuse("certificate '\(path)' is empty!") }
        let files = context.certificates.authorities.unused.merging(context.certificates.revocations.unused) { $1 }
        let act = RuntimeAct.addToCertificateList(
            list, line: lines[0], CertificateText(certificate), files: files.filter { !$0.value.isEmpty })
        switch await context.carryOut(act) {
        case .refused(let refusal): return .message("Can't edit the crt-list: \(refusal)", .error)
        case .done, .told:
            context.certificates.forget(path)
            await forgetUsedFiles(in: context)
            let dots = String(repeating: ".", count: running.uses(ofCertificateList: list))
            return .answer("Inserting certificate '\(path)' in crt-list '\(list)'\(dots)\nSuccess!\n")
        }
    }

    /// Files that commands have made are those of the configuration once a line names them.
    private static func forgetUsedFiles(in context: CommandContext) async {
        guard let running = await context.ask(.configuration) else { return }
        for file in running.loadedAuthorities { context.certificates.authorities.forget(file.path) }
        for file in running.loadedRevocations { context.certificates.revocations.forget(file.path) }
    }

    private static let delete = Command(
        "del ssl crt-list", usage: "del ssl crt-list <list> <cert[:line]>",
        summary: "delete a line <cert> from crt-list file <list>", level: .admin
    ) { arguments, _, context in
        guard !arguments[0].isEmpty, !arguments[1].isEmpty else {
            return .refusal("'del ssl crtlist' expects a filename and a certificate name")
        }
        func refuse(_ why: String) -> Command.Outcome { .refusal("Can't delete the entry: \(why)") }
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        let list = withoutSlash(arguments[0])
        guard let entries = running.entries(ofCertificateList: list) else {
            return refuse("crt-list '\(arguments[0])' does not exist!")
        }
        guard let (path, number) = numbered(arguments[1]) else {
            return refuse("wrong line number after colons in '\(arguments[1])'!")
        }
        let found = entries.filter { $0.certificate.path == path }
        guard let first = found.first else {
            let isKnown =
                running.loadedCertificates.contains { $0.path == path }
                || context.certificates.unused(at: path) != nil
            return refuse(
                isKnown
                    ? "certificate '\(path)' can't be found in crt-list '\(list)'!"
                    : "certificate '\(path)' does not exist!")
        }
        let lines = found.compactMap(\.origin?.line)
        let shown = lines.map(String.init).joined(separator: ", ")
        guard number != 0 || found.count == 1 else {
            return refuse(
                "found the certificate '\(path)' in several entries, please specify a line number preceded by colons "
                    + "(\(shown))!")
        }
        let line = number == 0 ? lines.first ?? 0 : number
        guard lines.contains(line) else {
            return refuse(
                "found a certificate '\(path)' but the line number is incorrect, please specify a correct line number "
                    + "preceded by colons (\(shown))!")
        }
        switch await context.carryOut(.removeFromCertificateList(list, path: path, line: line)) {
        case .refused(let refusal): return .message("Can't delete the entry: \(refusal)\n", .error)
        case .done, .told:
            if let rest = await context.ask(.configuration), rest.uses(ofCertificate: path) == 0 {
                _ = context.certificates.keep(.init(path: path, certificate: first.certificate))
            }
            return .answer("Entry '\(path)' deleted in crtlist '\(list)'!\n")
        }
    }

    /// `site.pem:3`: the path, and the number of a line, 0 without one; `nil` for what is no number.
    private static func numbered(_ word: String) -> (path: String, line: Int)? {
        guard let colon = word.firstIndex(of: ":") else { return (word, 0) }
        let number = LeadingInteger(String(word[word.index(after: colon)...]))
        guard let value = number.value, number.rest.isEmpty else { return nil }
        return (String(word[..<colon]), value)
    }

    private static func withoutSlash(_ path: String) -> String {
        var path = Substring(path)
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }

    // MARK: Certificates

    private static let newCertificate = Command(
        "new ssl cert", usage: "new ssl cert <certfile>",
        summary: "create a new certificate file to be used in a crt-list or a directory", level: .admin
    ) { arguments, _, context in
        let name = arguments[0]
        guard !name.isEmpty else { return .refusal("'new ssl cert' expects a filename") }
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        guard context.certificates.unused(at: name) == nil, running.uses(ofCertificate: name) == 0 else {
            return .refusal("Certificate '\(name)' already exists!")
        }
        guard context.certificates.keep(.init(path: name)) else {
            return .refusal("There are \(CertificateBook.mostUnused) certificates that nobody uses; delete some first!")
        }
        return .message("New empty certificate store '\(name)'!\n", .notice)
    }

    private static let deleteCertificate = Command(
        "del ssl cert", usage: "del ssl cert <certfile>", summary: "delete an unused certificate file", level: .admin
    ) { arguments, _, context in
        let name = arguments[0]
        guard !name.isEmpty else { return .refusal("'del ssl cert' expects a certificate name") }
        guard context.certificates.transaction?.path != name else {
            return .refusal("Can't remove the certificate: ongoing transaction for the certificate '\(name)'")
        }
        func refuse(_ why: String) -> Command.Outcome { .refusal("Can't remove the certificate: \(why)\n") }
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        guard running.uses(ofCertificate: name) == 0 else {
            return refuse("certificate '\(name)' in use, can't be deleted!")
        }
        guard context.certificates.unused(at: name) != nil else {
            return refuse("certificate '\(name)' doesn't exist!")
        }
        context.certificates.forget(name)
        return .message("Certificate '\(name)' deleted!\n", .notice)
    }
}
