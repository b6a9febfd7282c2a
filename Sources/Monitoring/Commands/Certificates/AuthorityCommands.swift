import Configuration
import Proxy
import TLS

/// The command about the files of authorities that peers' certificates are verified with.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show ssl ca-file`; texts recorded from 2.6.12.
enum AuthorityCommands {
    /// The commands.
    static let all = [show]

    private static let show = Command(
        "show ssl ca-file", usage: "show ssl ca-file [<cafile>[:<index>]]",
        summary: "display the SSL CA files used in memory, or the details of a <cafile>, or a single certificate of "
            + "index <index> of a CA file <cafile>", level: .operator
    ) { arguments, _, context in
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        let files = running.loadedAuthorities
        guard !arguments[0].isEmpty else {
            let lines = files.map { "\($0.path) - \(CertificateDetails.all(in: $0.contents).count) certificate(s)\n" }
            return .answer("# filename\n" + lines.joined())
        }
        let parts = arguments[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let number = parts.count == 2 ? Int(parts[1]) : nil
        guard let file = files.first(where: { $0.path == parts[0] }) else {
            return .refusal("Can't display the CA file : Not found!")
        }
        let all = CertificateDetails.all(in: file.contents)
        // One that isn't there has no answer, as in HAProxy.
        if let number, !(1...max(all.count, 1)).contains(number) { return .done }
        let shown = all.enumerated().filter { number == nil || $0.offset + 1 == number }
        return .answer(
            "Filename: \(file.path)\nStatus: Used\n"
                + shown.map { " \nCertificate #\($0.offset + 1):\n" + CertificateCommands.text(of: $0.element) }
                .joined())
    }
}
