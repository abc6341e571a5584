// What a completion queue reports on: the tags of RpcPoller's queue are QueueTags.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_QUEUE_TAG_H_
#define EXTRACTD_SERVER_SERVICE_RPC_QUEUE_TAG_H_

namespace extractd {

class QueueTag {
 public:
  // On the poller's thread; must not block. May delete the tag.
  virtual void OnEvent(bool ok) = 0;
  // What gRPC is given.
  void* address() { return this; }

 protected:
  ~QueueTag() = default;
};

// A tag that calls a member function of its owner.
template <class Owner, void (Owner::*Handler)(bool)>
class MemberTag final : public QueueTag {
 public:
  explicit MemberTag(Owner* owner) : owner_(owner) {}
  void OnEvent(bool ok) override { (owner_->*Handler)(ok); }

 private:
  Owner* owner_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_QUEUE_TAG_H_
