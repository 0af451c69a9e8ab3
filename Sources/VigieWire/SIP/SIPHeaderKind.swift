/// The header fields that Vigie knows by name; every other one is `other` and keeps its name in its slice.
public enum SIPHeaderKind: UInt8, Hashable, Sendable, CaseIterable {
    case other
    case callID, cSeq, from, to, via, maxForwards, contentLength, contentType, contact, route
    case recordRoute, pAssertedIdentity, pPreferredIdentity, diversion, historyInfo, reason, identity
    case identityInfo, date, pChargingVector, pAccessNetworkInfo, privacy, userAgent, server
    case remotePartyID, xCallID, expires, minExpires, sessionExpires, minSE, supported, require
    case proxyRequire, unsupported, allow, allowEvents, event, subject, contentEncoding, accept
    case acceptContact, rejectContact, requestDisposition, referTo, referredBy, replaces, join, warning
    case retryAfter, authorization, proxyAuthorization, wwwAuthenticate, proxyAuthenticate, timestamp
    case rAck, rSeq, mimeVersion, resourcePriority, geolocation, pIdentityBypass, callInfo
    case subscriptionState
}
