"""One started kernel in reserve. Importing torch takes seconds; whoever opens a page should not wait for that."""

import asyncio
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import IOLoop

WARM = ["--IPKernelApp.exec_lines=import demo_pages.show", "--IPKernelApp.log_level=ERROR"]
PAUSE = 2.0  # seconds: the page that has just been opened has the processor for itself


class SpareKernels(AsyncMappingKernelManager):
    """Hands out the kernel in reserve and starts the next one; which page a kernel serves makes no difference."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self._spare: str | None = None
        IOLoop.current().add_callback(self._refill, 0.0)

    async def start_kernel(self, *, kernel_id: str | None = None, path: str | None = None, **options: Any) -> str:
        spare, self._spare = self._spare, None
        if spare is None or spare not in self:
            spare = await self._start(path=path, **options)
        IOLoop.current().add_callback(self._refill, PAUSE)
        return spare

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        if kernel_id != self._spare:
            await super().cull_kernel_if_idle(kernel_id)

    async def _refill(self, pause: float) -> None:
        await asyncio.sleep(pause)
        if self._spare is None:
            self._spare = "on its way"
            self._spare = await self._start()

    async def _start(self, **options: Any) -> str:
        return await super().start_kernel(extra_arguments=WARM, **options)
