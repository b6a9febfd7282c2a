import CLinux
import Glibc

/// What a name server answered; taken apart by the C library.
///
/// - Source: RFC 1035, section 4; RFC 2782 for services.
public struct NameAnswer: Sendable, Hashable {
    /// Why there is no answer to the question.
    public enum Failure: Sendable, Hashable, CaseIterable {
        /// There is no such name.
        case unknownName
        /// The server does not want to say.
        case refused
        /// Nothing came.
        case timeout
        /// Anything else, a name without records of that kind among it.
        case other
    }

    /// Where a service is offered.
    public struct Service: Sendable, Hashable {
        /// The host's name, without the dot at its end.
        public var target: String
        /// The port.
        public var port: UInt16
        /// Its share, 0 to 65535.
        public var weight: UInt16

        /// Makes a place.
        ///
        /// - Parameters:
        ///   - target: the host's name.
        ///   - port: the port.
        ///   - weight: its share.
        public init(target: String, port: UInt16, weight: UInt16) {
            self.target = target
            self.port = port
            self.weight = weight
        }
    }

    /// What it says.
    public enum Content: Sendable, Hashable {
        /// Addresses with port 0, never none.
        case addresses([IPEndpoint])
        /// Services, never none.
        case services([Service])
        /// Why there are none.
        case failed(Failure)
    }

    /// What the question was called.
    public var identifier: UInt16
    /// What it says.
    public var content: Content
    /// Whether it says that there is more than fits.
    public var isTruncated: Bool

    /// Reads a message; `nil` when it is no answer to the question.
    ///
    /// - Parameters:
    ///   - bytes: the datagram.
    ///   - question: what was asked.
    public init?(_ bytes: [UInt8], to question: NameQuestion) {
        var message = ns_msg()
        guard bytes.count >= 12 else { return nil }
        let content: Content? = bytes.withUnsafeBufferPointer { buffer in
            guard ns_initparse(buffer.baseAddress, Int32(buffer.count), &message) == 0 else { return nil }
            var reader = RecordReader(message: message)
            return reader.content(for: question)
        }
        guard let content else { return nil }
        identifier = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        isTruncated = bytes[2] & 0x02 != 0
        self.content = content
    }
}

/// Goes through a message's records; lives no longer than its bytes.
private struct RecordReader {
    var message: ns_msg
    private var record = ns_rr()

    init(message: ns_msg) { self.message = message }

    mutating func content(for question: NameQuestion) -> NameAnswer.Content? {
        guard ns_msg_getflag(message, Int32(ns_f_qr.rawValue)) == 1, message._counts.0 == 1,
            ns_parserr(&message, ns_s_qd, 0, &record) == 0, ownerIs(question.name),
            record.type == question.kind.rawValue
        else { return nil }
        switch ns_msg_getflag(message, Int32(ns_f_rcode.rawValue)) {
        case 0: break
        case 3: return .failed(.unknownName)
        case 5: return .failed(.refused)
        default: return .failed(.other)
        }
        // What doesn't fit is not the whole answer.
        guard ns_msg_getflag(message, Int32(ns_f_tc.rawValue)) == 0 else { return .failed(.other) }
        switch question.kind {
        case .ipv4, .ipv6: return addresses(of: question)
        case .service: return services(of: question)
        }
    }

    /// The addresses of the name, or of those that it stands for (CNAME), which come before their own records.
    private mutating func addresses(of question: NameQuestion) -> NameAnswer.Content? {
        var names = [question.name]
        var addresses: [IPEndpoint] = []
        for index in 0..<Int32(message._counts.1) {
            guard ns_parserr(&message, ns_s_an, index, &record) == 0 else { return nil }
            guard names.contains(where: ownerIs), record.rr_class == 1 else { continue }
            if Int(record.type) == Int(ns_t_cname.rawValue), let name = name(at: 0) {
                names.append(name)
            } else if record.type == question.kind.rawValue, let address = address() {
                addresses.append(address)
            }
        }
        return addresses.isEmpty ? .failed(.other) : .addresses(addresses)
    }

    private mutating func services(of question: NameQuestion) -> NameAnswer.Content? {
        var services: [NameAnswer.Service] = []
        for index in 0..<Int32(message._counts.1) {
            guard ns_parserr(&message, ns_s_an, index, &record) == 0 else { return nil }
            guard ownerIs(question.name), record.rr_class == 1, record.type == question.kind.rawValue,
                record.rdlength > 6, let data = record.rdata, let target = name(at: 6)
            else { continue }
            let weight = UInt16(data[2]) << 8 | UInt16(data[3])
            let port = UInt16(data[4]) << 8 | UInt16(data[5])
            services.append(NameAnswer.Service(target: target, port: port, weight: weight))
        }
        return services.isEmpty ? .failed(.other) : .services(services)
    }

    /// Whether the record is about a name; the case of letters doesn't count.
    private func ownerIs(_ name: String) -> Bool {
        let owner = withUnsafeBytes(of: record.name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let wanted = name.hasSuffix(".") ? String(name.dropLast()) : name
        return owner.lowercased() == wanted.lowercased()
    }

    private func address() -> IPEndpoint? {
        guard let data = record.rdata else { return nil }
        var address = sockaddr_storage()
        return withUnsafeMutableBytes(of: &address) { bytes -> IPEndpoint? in
            switch record.rdlength {
            case 4 where Int(record.type) == 1:
                var v4 = sockaddr_in()
                v4.sin_family = sa_family_t(AF_INET)
                memcpy(&v4.sin_addr, data, 4)
                bytes.storeBytes(of: v4, as: sockaddr_in.self)
            case 16 where Int(record.type) == 28:
                var v6 = sockaddr_in6()
                v6.sin6_family = sa_family_t(AF_INET6)
                memcpy(&v6.sin6_addr, data, 16)
                bytes.storeBytes(of: v6, as: sockaddr_in6.self)
            default: return nil
            }
            return IPEndpoint(bytes.load(as: sockaddr_storage.self))
        }
    }

    /// A name inside the record's data.
    private func name(at offset: Int) -> String? {
        guard let data = record.rdata else { return nil }
        var text = [CChar](repeating: 0, count: Int(NS_MAXDNAME))
        guard ns_name_uncompress(message._msg, message._eom, data + offset, &text, text.count) >= 0 else { return nil }
        let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.isEmpty || name == "." ? nil : name
    }
}
