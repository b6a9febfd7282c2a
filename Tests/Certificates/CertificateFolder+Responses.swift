import Foundation

extension CertificateFolder {
    /// Makes what an authority says of a certificate that is right: a response of OCSP, as DER.
    ///
    /// - Parameters:
    ///   - response: the response's name in the folder.
    ///   - name: the certificate's name.
    ///   - authority: who has signed it, and signs the response.
    ///   - days: for how many days the response counts.
    /// - Throws: that a command failed.
    public func makeResponse(_ response: String, about name: String, by authority: String, days: Int) throws {
        let (index, question) = ("\(response).index", "\(response).question")
        try Self.run(["x509", "-in", path("\(name).crt"), "-noout", "-serial", "-out", path(index)])
        let serial = String(decoding: try contents(index), as: UTF8.self).split(separator: "=").last ?? ""
        let number = serial.trimmingCharacters(in: .whitespacesAndNewlines)
        try write(Array("V\t491231235959Z\t\t\(number)\tunknown\t/CN=\(name)\n".utf8), to: index)
        try Self.run([
            "ocsp", "-issuer", path("\(authority).crt"), "-cert", path("\(name).crt"), "-no_nonce", "-reqout",
            path(question),
        ])
        try Self.run([
            "ocsp", "-index", path(index), "-rsigner", path("\(authority).crt"), "-rkey", path("\(authority).key"),
            "-CA", path("\(authority).crt"), "-reqin", path(question), "-respout", path(response), "-ndays", "\(days)",
        ])
    }
}
