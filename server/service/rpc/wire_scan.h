// A quick look at the bytes of a message: the usual request holds nothing unknown, and to find that
// out by reflection costs more than to parse it.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_WIRE_SCAN_H_
#define EXTRACTD_SERVER_SERVICE_RPC_WIRE_SCAN_H_

#include <string_view>

#include <google/protobuf/descriptor.h>

namespace extractd {

// True: `bytes`, which parse as a message of `type`, hold only fields and enum numbers that it
// declares. False: perhaps not; see FindUnknown.
bool HoldsOnlyKnown(std::string_view bytes, const google::protobuf::Descriptor& type);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_WIRE_SCAN_H_
