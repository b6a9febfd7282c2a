/// Reads whatever libFuzzer makes up as the beginning of a connection that is to have a PROXY protocol header.
///
/// A header is found where it ends, however much follows it, and not before it is complete: a connection's bytes come in any
/// pieces, and none of the client's own may be taken for a part of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func readHeader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    switch ReceivedProxyHeader.read(bytes) {
    case .failed:
        break
    case .incomplete:
        precondition(count < ReceivedProxyHeader.longest, "what is as long as a header can be is one, or none")
    case .header(let header):
        precondition(
            (1...min(count, ReceivedProxyHeader.longest)).contains(header.length), "a header is there as a whole")
        for length in Set([header.length, (header.length + count) / 2]) {
            precondition(
                ReceivedProxyHeader.read(UnsafeRawBufferPointer(rebasing: bytes[..<length])) == .header(header),
                "what follows a header changes nothing in it")
        }
        for length in Set([0, 1, header.length / 2, header.length - 1]) where length < header.length {
            precondition(
                ReceivedProxyHeader.read(UnsafeRawBufferPointer(rebasing: bytes[..<length])) == .incomplete,
                "a header is not taken before it is complete")
        }
    }
    return 0
}
