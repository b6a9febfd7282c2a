/// Has whatever libFuzzer makes up come from a peer: as a greeting, as the answer to one, and as what is said afterwards.
///
/// Each message takes at least a byte and no more than there are, what has been read whole is read again the same in pieces, and what
/// is remembered has its bounds.
@_cdecl("LLVMFuzzerTestOneInput")
public func listenToPeer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    if case .peer(_, _, let length) = PeerGreeting.read(bytes[...], as: "own"), length > bytes.count {
        preconditionFailure("a greeting is no longer than what has come")
    }
    if let answer = PeerGreeting.readAnswer(bytes[...]), answer.length > bytes.count {
        preconditionFailure("an answer is no longer than what has come")
    }
    let whole = read(bytes, inPiecesOf: max(1, bytes.count))
    guard read(bytes, inPiecesOf: 3) == whole else { preconditionFailure("what comes in pieces is the same") }
    return 0
}

/// All messages up to the first that is none.
private func read(_ bytes: [UInt8], inPiecesOf size: Int) -> [PeerDecoder.Result] {
    var decoder = PeerDecoder()
    var results: [PeerDecoder.Result] = []
    var (begin, end) = (0, 0)
    while true {
        switch decoder.read(bytes[begin..<end]) {
        case .message(let message, let length):
            guard length > 0, length <= end - begin else { preconditionFailure("a message has its length") }
            results.append(.message(message, length: length))
            begin += length
        case .malformed: return results + [.malformed]
        case .incomplete:
            guard end < bytes.count else { return results }
            end = min(bytes.count, end + size)
        }
        guard decoder.knownNames.count <= PeerDecoder.mostNames else { preconditionFailure("names have a bound") }
    }
}
