#include "device_thread.h"

#include <signal.h>

#include <cerrno>
#include <utility>

// The name that every glibc has. Built with one of 2.34 or later, the plain name would ask for that version, and the
// binary would not load everywhere where Node does.
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver pthread_create,pthread_create@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver pthread_create,pthread_create@GLIBC_2.17");
#endif

namespace discsmith {

void TaskQueue::Push(std::unique_ptr<DeviceTask> task) {
  DeviceTask* const added = task.get();
  (last_ == nullptr ? first_ : last_->next_) = std::move(task);
  last_ = added;
}

std::unique_ptr<DeviceTask> TaskQueue::Pop() {
  std::unique_ptr<DeviceTask> task = std::move(first_);
  first_ = std::move(task->next_);
  if (first_ == nullptr) last_ = nullptr;
  return task;
}

void TaskQueue::Clear() {
  // One by one: each owns the next, and a long chain would be as many calls deep.
  while (!IsEmpty()) Pop();
}

int DeviceThread::Start(Napi::Env env, const Napi::Function& listener, DeviceThread** thread) {
  auto* const self = new DeviceThread();
  // The channel is finished when it was released, or when the environment ends: before its memory is freed.
  self->channel_ = Channel::New(env, listener, "discsmith drive", 0, 1, self,
                                [](Napi::Env, void*, DeviceThread* owned) { owned->ForgetChannel(); });
  if (static_cast<napi_threadsafe_function>(self->channel_) == nullptr) {
    delete self;
    return ENOMEM;
  }
  // A device that is just open keeps nobody from ending.
  self->channel_.Unref(env);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // A signal would interrupt a command of a generic device, and leave it unknown whether the drive does it. Threads
  // begin with the mask of the one that starts them; on Linux this function, too, sets that of a thread.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pthread_t handle;
  const int error = pthread_create(&handle, &attributes, Main, self);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (error == 0) {
    *thread = self;
    return 0;
  }
  self->ReleaseChannel();
  self->Leave();
  self->Leave();
  return error;
}

void* DeviceThread::Main(void* self_pointer) {
  auto* const self = static_cast<DeviceThread*>(self_pointer);
  while (std::unique_ptr<DeviceTask> task = self->NextTask()) {
    task->Run(&self->file_);
    const bool is_last = task->IsLast();
    self->SendBack(std::move(task));
    if (is_last) break;
  }
  self->file_.Close();
  self->ReleaseChannel();
  self->Leave();
  return nullptr;
}

std::unique_ptr<DeviceTask> DeviceThread::NextTask() {
  const std::lock_guard<std::mutex> lock(mutex_);
  while (!stopping_ && tasks_.IsEmpty()) pthread_cond_wait(&wake_, mutex_.native_handle());
  return stopping_ ? nullptr : tasks_.Pop();
}

void DeviceThread::Push(std::unique_ptr<DeviceTask> task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  tasks_.Push(std::move(task));
  pthread_cond_signal(&wake_);
}

void DeviceThread::Stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopping_ = true;
  tasks_.Clear();
  pthread_cond_signal(&wake_);
}

void DeviceThread::Leave() {
  if (--owners_ == 0) delete this;
}

void DeviceThread::KeepLoop(Napi::Env env, bool keep) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!has_channel_) return;
  if (keep) {
    channel_.Ref(env);
  } else {
    channel_.Unref(env);
  }
}

void DeviceThread::SendBack(std::unique_ptr<DeviceTask> task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!has_channel_) return;
  const napi_status status = channel_.NonBlockingCall(task.get());
  if (status == napi_ok) {
    task.release();
  } else if (status == napi_closing) {
    // To be told so is to have released it.
    has_channel_ = false;
  }
}

void DeviceThread::ReleaseChannel() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (has_channel_) channel_.Release();
  has_channel_ = false;
}

void DeviceThread::ForgetChannel() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    has_channel_ = false;
  }
  Stop();
  Leave();
}

void DeviceThread::Deliver(Napi::Env env, Napi::Function listener, DeviceThread*, DeviceTask* task) {
  const std::unique_ptr<DeviceTask> owned(task);
  // Without an environment, what comes back is only to be freed.
  if (static_cast<napi_env>(env) != nullptr) owned->Finish(env, listener);
}

}  // namespace discsmith
