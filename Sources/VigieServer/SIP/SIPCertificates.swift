import Glibc
import Logging
import NIOSSL

/// Reads what TLS needs, and says plainly what is wrong with it.
enum SIPCertificates {
    /// - Throws: `SIPServer.Failure.certificate`.
    static func context(
        _ sip: NodeConfiguration.SIP, _ configuration: NodeConfiguration, _ logger: Logger
    ) throws -> NIOSSLContext {
        let path = configuration.path(sip.certificate)
        let keyPath = configuration.path(sip.key)
        guard !sip.certificate.isEmpty, !sip.key.isEmpty else {
            throw SIPServer.Failure.certificate(
                reason: "TLS needs sip.certificate and sip.key; write both, or leave sip.tls empty")
        }
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw SIPServer.Failure.certificate(
                reason:
                    "no certificate can be read from \(path); it must be a PEM file, own certificate first")
        }
        guard let own = chain.first else {
            throw SIPServer.Failure.certificate(reason: "\(path) holds no certificate")
        }
        let now = time(nil)
        if own.notValidAfter < now {
            // Decisions go on: whether to talk to a server with an old certificate is the peers' choice.
            logger.error(
                "the certificate has expired; peers will refuse TLS until it is replaced (then reload)",
                metadata: ["file": "\(path)", "expired": "\(date(own.notValidAfter))"])
        } else if own.notValidBefore > now {
            logger.error(
                "the certificate is not valid yet; peers will refuse TLS",
                metadata: ["file": "\(path)", "valid_from": "\(date(own.notValidBefore))"])
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        } catch {
            throw SIPServer.Failure.certificate(
                reason:
                    "no private key can be read from \(keyPath); it must be a PEM file without a passphrase")
        }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.minimumTLSVersion = .tlsv12
        if !sip.clientAuthorities.isEmpty {
            let file = configuration.path(sip.clientAuthorities)
            guard let authorities = try? NIOSSLCertificate.fromPEMFile(file), !authorities.isEmpty else {
                throw SIPServer.Failure.certificate(
                    reason: "no authority can be read from \(file); it must be a PEM file")
            }
            tls.trustRoots = .certificates(authorities)
            tls.certificateVerification = .noHostnameVerification
        }
        do {
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw SIPServer.Failure.certificate(
                reason: "the key in \(keyPath) does not belong to the certificate in \(path)")
        }
    }

    private static func date(_ moment: time_t) -> String {
        var moment = moment
        var parts = unsafe tm()
        guard unsafe gmtime_r(&moment, &parts) != nil else { return "\(moment)" }
        let (year, month, day) = unsafe (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
        return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }
}
