import Crypto
import Foundation

/// Signs what a webhook is told, so that it knows who sent it and that nobody changed it.
enum WebhookSignature {
    // Standard Webhooks 1.0: the signed content is `id.timestamp.body`; the header is `v1,` and base64 of HMAC-SHA-256. A secret
    // that begins with `whsec_` is base64.

    /// The `webhook-signature` header.
    static func header(secret: String, id: String, timestamp: Int64, body: [UInt8]) -> String {
        let content = Array("\(id).\(timestamp).".utf8) + body
        let code = HMAC<SHA256>.authenticationCode(for: content, using: key(secret))
        return "v1," + Data(code).base64EncodedString()
    }

    private static func key(_ secret: String) -> SymmetricKey {
        if secret.hasPrefix("whsec_"), let data = Data(base64Encoded: String(secret.dropFirst(6))) {
            return SymmetricKey(data: data)
        }
        return SymmetricKey(data: Array(secret.utf8))
    }
}
