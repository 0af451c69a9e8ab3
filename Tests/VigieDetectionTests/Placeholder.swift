import Testing
@testable import VigieDetection
