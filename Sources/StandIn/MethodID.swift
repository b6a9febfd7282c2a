/// The numbers that name a method on the wire.
///
/// - Source: AMQP 0-9-1 specification, section 1.4 "AMQP class reference", and RabbitMQ's extensions `confirm.select`
///   and `basic.nack`.
struct MethodID: Hashable, Sendable {
    var classID: UInt16
    var methodID: UInt16

    /// What a close names when no method was to blame.
    static let none = MethodID(0, 0)

    static let connectionStart = MethodID(10, 10)
    static let connectionStartOk = MethodID(10, 11)
    static let connectionTune = MethodID(10, 30)
    static let connectionTuneOk = MethodID(10, 31)
    static let connectionOpen = MethodID(10, 40)
    static let connectionOpenOk = MethodID(10, 41)
    static let connectionClose = MethodID(10, 50)
    static let connectionCloseOk = MethodID(10, 51)

    static let channelOpen = MethodID(20, 10)
    static let channelOpenOk = MethodID(20, 11)
    static let channelFlow = MethodID(20, 20)
    static let channelFlowOk = MethodID(20, 21)
    static let channelClose = MethodID(20, 40)
    static let channelCloseOk = MethodID(20, 41)

    static let exchangeDeclare = MethodID(40, 10)
    static let exchangeDeclareOk = MethodID(40, 11)
    static let exchangeDelete = MethodID(40, 20)
    static let exchangeDeleteOk = MethodID(40, 21)

    static let queueDeclare = MethodID(50, 10)
    static let queueDeclareOk = MethodID(50, 11)
    static let queueBind = MethodID(50, 20)
    static let queueBindOk = MethodID(50, 21)
    static let queuePurge = MethodID(50, 30)
    static let queuePurgeOk = MethodID(50, 31)
    static let queueDelete = MethodID(50, 40)
    static let queueDeleteOk = MethodID(50, 41)
    static let queueUnbind = MethodID(50, 50)
    static let queueUnbindOk = MethodID(50, 51)

    static let basicQos = MethodID(60, 10)
    static let basicQosOk = MethodID(60, 11)
    static let basicConsume = MethodID(60, 20)
    static let basicConsumeOk = MethodID(60, 21)
    static let basicCancel = MethodID(60, 30)
    static let basicCancelOk = MethodID(60, 31)
    static let basicPublish = MethodID(60, 40)
    static let basicReturn = MethodID(60, 50)
    static let basicDeliver = MethodID(60, 60)
    static let basicGet = MethodID(60, 70)
    static let basicGetOk = MethodID(60, 71)
    static let basicGetEmpty = MethodID(60, 72)
    static let basicAck = MethodID(60, 80)
    static let basicReject = MethodID(60, 90)
    static let basicRecoverAsync = MethodID(60, 100)
    static let basicRecover = MethodID(60, 110)
    static let basicRecoverOk = MethodID(60, 111)
    static let basicNack = MethodID(60, 120)

    static let confirmSelect = MethodID(85, 10)
    static let confirmSelectOk = MethodID(85, 11)

    init(_ classID: UInt16, _ methodID: UInt16) {
        self.classID = classID
        self.methodID = methodID
    }
}
