// A list that comes in pages.
#pragma once

#include "client.h"

namespace idnode::ctl {

// Asks for page after page and hands each to `take`, from the one that `request` asks for to the
// last. What fails throws, as the client does.
template <typename Request, typename Take>  // void(const Response&)
void EachPage(Client& client, Request request, Take take) {
  do {
    const auto response = client.Call(request);
    take(response);
    request.set_cursor(response.next_cursor());
  } while (!request.cursor().empty());
}

}  // namespace idnode::ctl
