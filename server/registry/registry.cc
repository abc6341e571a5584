#include "server/registry/registry.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/error.h"
#include "server/base/nearest.h"
#include "server/base/status_macros.h"

namespace extractd {
namespace {

absl::Status CheckComplete(const Handler& handler, std::string_view what) {
  std::vector<std::string_view> missing;
  if (handler.row == nullptr) missing.emplace_back("provider row");
  if (handler.mode == nullptr) missing.emplace_back("mode");
  if (handler.dialect == nullptr) missing.emplace_back("dialect");
  if (missing.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{}: incomplete handler, no {}", what, fmt::join(missing, ", "))
  );
}

std::string Describe(std::string_view provider, std::string_view mode) {
  return fmt::format("({}, {})", provider, mode);
}

}  // namespace

absl::StatusOr<std::string> Registry::Register(
    std::string_view provider, std::string_view mode, Registration registration
) {
  const std::string what = Describe(provider, mode);
  if (registration.handler.has_value() == static_cast<bool>(registration.loader)) {
    return absl::InvalidArgumentError(what + ": a registration has either a handler or a loader");
  }
  Slot slot = {.mode = std::string(mode), .loader = std::move(registration.loader)};
  if (registration.handler.has_value()) {
    RETURN_IF_ERROR(CheckComplete(*registration.handler, what));
    slot.handler = std::make_shared<const Handler>(*std::move(registration.handler));
  }

  const absl::MutexLock lock(&mutex_);
  slot.version = next_version_++;
  std::vector<Slot>& slots = providers_[provider];
  const auto existing = std::ranges::find(slots, mode, &Slot::mode);
  if (existing == slots.end()) {
    slots.push_back(std::move(slot));
    return std::string();
  }
  if (!registration.replace) {
    return absl::AlreadyExistsError(
        what + " is registered already; set replace to register it again"
    );
  }
  *existing = std::move(slot);
  return what + " replaces an earlier registration";
}

absl::Status Registry::Unregister(std::string_view provider, std::string_view mode) {
  {
    const absl::MutexLock lock(&mutex_);
    const auto slots = providers_.find(provider);
    if (slots != providers_.end()) {
      const auto removed =
          std::erase_if(slots->second, [mode](const Slot& slot) { return slot.mode == mode; });
      if (slots->second.empty()) providers_.erase(slots);
      if (removed > 0) return absl::OkStatus();
    }
  }
  return absl::NotFoundError(Describe(provider, mode) + " is not registered");
}

int Registry::UnregisterProvider(std::string_view provider) {
  const absl::MutexLock lock(&mutex_);
  const auto slots = providers_.find(provider);
  if (slots == providers_.end()) return 0;
  const int count = static_cast<int>(slots->second.size());
  providers_.erase(slots);
  return count;
}

const Registry::Slot* Registry::FindSlot(std::string_view provider, std::string_view mode) const {
  const auto slots = providers_.find(provider);
  if (slots == providers_.end()) return nullptr;
  const auto slot = std::ranges::find(slots->second, mode, &Slot::mode);
  return slot == slots->second.end() ? nullptr : &*slot;
}

absl::StatusOr<std::shared_ptr<const Handler>> Registry::Find(
    std::string_view provider, std::string_view mode
) {
  {
    const absl::ReaderMutexLock lock(&mutex_);
    const Slot* slot = FindSlot(provider, mode);
    if (slot != nullptr && slot->handler != nullptr) return slot->handler;
  }
  return Load({std::string(provider), std::string(mode)});
}

absl::StatusOr<std::shared_ptr<const Handler>> Registry::Load(const Key& key) {
  const std::scoped_lock one_load(load_mutex_);
  Registration::Loader loader;
  std::uint64_t version = 0;
  {
    const absl::ReaderMutexLock lock(&mutex_);
    const Slot* slot = FindSlot(key.first, key.second);
    if (slot != nullptr && slot->handler != nullptr) return slot->handler;
    if (slot != nullptr) {
      loader = slot->loader;
      version = slot->version;
    }
  }
  if (!loader) return NotRegistered(key.first, key.second);
  const std::string what = Describe(key.first, key.second);
  if (std::ranges::find(loading_, key) != loading_.end()) {
    return absl::FailedPreconditionError(what + " is needed to load itself");
  }

  loading_.push_back(key);
  absl::StatusOr<Handler> loaded = loader();
  loading_.pop_back();
  if (!loaded.ok()) return loaded.status();
  if (const absl::Status complete = CheckComplete(*loaded, what); !complete.ok()) {
    return absl::FailedPreconditionError(std::string(complete.message()));
  }
  auto handler = std::make_shared<const Handler>(*std::move(loaded));
  Keep(key, version, handler);
  return handler;
}

// A slot that was registered again during the load keeps its new state.
void Registry::Keep(const Key& key, std::uint64_t version, std::shared_ptr<const Handler> handler) {
  const absl::MutexLock lock(&mutex_);
  const auto slots = providers_.find(key.first);
  if (slots == providers_.end()) return;
  const auto slot = std::ranges::find(slots->second, key.second, &Slot::mode);
  if (slot == slots->second.end() || slot->version != version) return;
  slot->handler = std::move(handler);
  slot->loader = nullptr;
}

absl::Status Registry::NotRegistered(std::string_view provider, std::string_view mode) const {
  const std::vector<std::string> modes = ModesOf(provider);
  if (!modes.empty()) {
    const std::string supported = fmt::format("{}", fmt::join(modes, ", "));
    return MakeError(
        {.reason = Reason::kModeNotSupported,
         .metadata = {{"provider", std::string(provider)}, {"supported", supported}}},
        fmt::format("provider '{}' has no mode '{}'; it has {}", provider, mode, supported)
    );
  }
  const std::vector<std::string> known = Providers();
  const std::string nearest = NearestName(provider, known);
  const std::string list = fmt::format("{}", fmt::join(known, ", "));
  ErrorDetails details = {.reason = Reason::kUnknownProvider, .metadata = {{"known", list}}};
  if (!nearest.empty()) details.metadata.emplace_back("nearest", nearest);
  const std::string hint =
      nearest.empty() ? "known: " + list : fmt::format("did you mean '{}'?", nearest);
  return MakeError(details, fmt::format("unknown provider '{}'; {}", provider, hint));
}

bool Registry::HasMode(std::string_view provider, std::string_view mode) const {
  const absl::ReaderMutexLock lock(&mutex_);
  return FindSlot(provider, mode) != nullptr;
}

bool Registry::HasProvider(std::string_view provider) const {
  const absl::ReaderMutexLock lock(&mutex_);
  return providers_.contains(provider);
}

std::vector<std::string> Registry::Providers() const {
  std::vector<std::string> names;
  {
    const absl::ReaderMutexLock lock(&mutex_);
    for (const auto& [name, slots] : providers_) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> Registry::ModesOf(std::string_view provider) const {
  std::vector<std::string> modes;
  {
    const absl::ReaderMutexLock lock(&mutex_);
    const auto slots = providers_.find(provider);
    if (slots == providers_.end()) return modes;
    for (const Slot& slot : slots->second) modes.push_back(slot.mode);
  }
  std::ranges::sort(modes);
  return modes;
}

std::vector<std::string> Registry::ProvidersOf(std::string_view mode) const {
  std::vector<std::string> names;
  {
    const absl::ReaderMutexLock lock(&mutex_);
    for (const auto& [name, slots] : providers_) {
      if (std::ranges::find(slots, mode, &Slot::mode) != slots.end()) names.push_back(name);
    }
  }
  std::ranges::sort(names);
  return names;
}

bool Registry::IsLoaded(std::string_view provider) const {
  const absl::ReaderMutexLock lock(&mutex_);
  const auto slots = providers_.find(provider);
  if (slots == providers_.end()) return false;
  return std::ranges::any_of(slots->second, [](const Slot& slot) {
    return slot.handler != nullptr;
  });
}

RegistryStats Registry::stats() const {
  RegistryStats stats;
  const absl::ReaderMutexLock lock(&mutex_);
  for (const auto& [name, slots] : providers_) {
    for (const Slot& slot : slots) ++(slot.handler != nullptr ? stats.loaded : stats.lazy);
  }
  stats.total = stats.loaded + stats.lazy;
  return stats;
}

}  // namespace extractd
