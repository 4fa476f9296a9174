// The hop protocol in C++ gRPC (sync API), both ends: what the bench compares with.
//   peer server BYTES HOST                prints its port
//   peer client ADDRESS WINDOW            for each line on its input, a number of seconds: prints "begin" after the first
//                                         fifth, then {"bytes", "seconds"} of the rest
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "edgetwin/v1/hop.grpc.pb.h"

using edgetwin::v1::Frame;
using edgetwin::v1::Hop;
using edgetwin::v1::PullRequest;

class Service final : public Hop::Service {
 public:
  explicit Service(size_t bytes) { payload_.assign(bytes, 'x'); }

  grpc::Status Pull(grpc::ServerContext*, grpc::ServerReaderWriter<Frame, PullRequest>* stream) override {
    PullRequest request;
    if (!stream->Read(&request) || !request.has_open()) return grpc::Status::CANCELLED;
    const uint64_t window = request.open().run().window();
    std::mutex mutex;
    std::condition_variable changed;
    uint64_t acknowledged = 0;
    bool open = true;
    std::thread reader([&] {
      PullRequest next;
      while (stream->Read(&next)) {
        std::lock_guard<std::mutex> lock(mutex);
        acknowledged = next.acknowledge().next();
        changed.notify_one();
      }
      std::lock_guard<std::mutex> lock(mutex);
      open = false;
      changed.notify_one();
    });
    // As many buffers as a pod has for its window: they go round, and are not all in the cache.
    std::vector<Frame> frames(window + 1);
    for (Frame& frame : frames) {
      frame.set_height(1);
      frame.set_width(payload_.size());
      frame.set_channels(1);
      frame.set_element(edgetwin::v1::ELEMENT_UINT8);
      frame.set_payload(payload_);
    }
    for (uint64_t sequence = 0;; sequence++) {
      {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return !open || sequence < acknowledged + window; });
        if (!open) break;
      }
      Frame& frame = frames[sequence % frames.size()];
      frame.set_sequence(sequence);
      if (!stream->Write(frame)) break;
    }
    reader.join();
    return grpc::Status::OK;
  }

 private:
  std::string payload_;
};

static int Serve(size_t bytes, const std::string& host) {
  Service service(bytes);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(host + ":0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  builder.SetMaxReceiveMessageSize(-1);
  auto server = builder.BuildAndStart();
  std::cout << port << std::endl;
  // Until its input ends: nothing outlives the bench.
  while (std::cin.get() != EOF) {
  }
  std::_Exit(0);
}

static int Pull(const std::string& address, int window) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  auto stub = Hop::NewStub(channel);
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  auto stream = stub->Pull(&context);
  PullRequest request;
  request.mutable_open()->mutable_run()->set_window(window);
  request.mutable_open()->mutable_run()->set_frames(1000000000);
  stream->Write(request);
  using Clock = std::chrono::steady_clock;
  auto since = [](Clock::time_point from) { return std::chrono::duration<double>(Clock::now() - from).count(); };
  Clock::time_point start, begin;
  double seconds = 0;
  bool warm = false;
  size_t bytes = 0;
  Frame frame;
  while (stream->Read(&frame)) {
    if (warm) {
      bytes += frame.payload().size();
    } else if (seconds > 0 && since(start) >= seconds / 5) {
      warm = true;
      begin = Clock::now();
      std::cout << "begin" << std::endl;
    }
    if (bytes > 0 && since(start) >= seconds) {
      std::cout << "{\"bytes\":" << bytes << ",\"seconds\":" << since(begin) << "}" << std::endl;
      seconds = 0;
      warm = false;
      bytes = 0;
    }
    if (seconds == 0) {
      // What is not acknowledged stops the server: nothing moves until the next line.
      if (!(std::cin >> seconds)) std::_Exit(0);
      start = Clock::now();
    }
    request.Clear();
    request.mutable_acknowledge()->set_next(frame.sequence() + 1);
    stream->Write(request);
  }
  return 1;
}

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "server") return Serve(std::stoul(argv[2]), argv[3]);
  if (argc == 4 && std::string(argv[1]) == "client") return Pull(argv[2], std::stoi(argv[3]));
  std::cerr << "peer server BYTES HOST | peer client ADDRESS WINDOW" << std::endl;
  return 2;
}
