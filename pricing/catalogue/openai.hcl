# Prices of openai, in USD per million tokens unless a unit says otherwise.

provider "openai" {
  id_prefixes        = ["openai/"]
  service_tier_names = { fast = "priority", scale = "standard" }
  cache_writes       = "none"
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  unit "file_search" {
    price = "2.5"
    per   = 1000
  }
  unit "code_session" {
    price = "0.03"
  }
}

model "babbage-002" {
  kind              = "completion"
  context_tokens    = 16384
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Langfuse, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "0.4"
  }
}

model "chatgpt-4o-latest" {
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "5"
    cached_input = "1.25"
    output       = "15"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "codex-mini-latest" {
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.5"
    cached_input = "0.375"
    output       = "6"
  }
}

model "dall-e-3" {
  kind        = "image"
  source      = "LiteLLM, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  note        = "an image of unnamed size or quality is priced at the dearest"
  unit "image" {
    price = "0.12"
  }
  unit "image/1024x1024/standard" {
    price = "0.04"
  }
  unit "image/1024x1792/standard" {
    price = "0.08"
  }
  unit "image/1792x1024/standard" {
    price = "0.08"
  }
  unit "image/1024x1024/hd" {
    price = "0.08"
  }
  unit "image/1024x1792/hd" {
    price = "0.12"
  }
  unit "image/1792x1024/hd" {
    price = "0.12"
  }
}

model "davinci-002" {
  kind              = "completion"
  context_tokens    = 16384
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Langfuse, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "2"
  }
}

model "ft:gpt-3.5-turbo" {
  context_tokens    = 16385
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "6"
  }
  price {
    service_tier = "batch"
    input        = "1.5"
    output       = "3"
  }
}

model "ft:gpt-3.5-turbo-0125" {
  context_tokens    = 16385
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "6"
  }
}

model "ft:gpt-3.5-turbo-0613" {
  context_tokens    = 4096
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "6"
  }
}

model "ft:gpt-3.5-turbo-1106" {
  context_tokens    = 16385
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "6"
  }
}

model "ft:gpt-4.1-2025-04-14" {
  ids               = ["ft:gpt-4.1"]
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "3"
    cached_input = "0.75"
    output       = "12"
  }
  price {
    service_tier = "batch"
    input        = "1.5"
    output       = "6"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "ft:gpt-4.1-mini-2025-04-14" {
  ids               = ["ft:gpt-4.1-mini"]
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.8"
    cached_input = "0.2"
    output       = "3.2"
  }
  price {
    service_tier = "batch"
    input        = "0.4"
    output       = "1.6"
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "ft:gpt-4.1-nano-2025-04-14" {
  ids               = ["ft:gpt-4.1-nano"]
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.8"
  }
  price {
    service_tier = "batch"
    input        = "0.1"
    output       = "0.4"
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "ft:gpt-4o" {
  tokenizer   = "o200k_base"
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "3.75"
    cached_input = "1.875"
    output       = "15"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "ft:gpt-4o-2024-08-06" {
  ids               = ["ft:gpt-4o-2024-11-20"]
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "3.75"
    cached_input = "1.875"
    output       = "15"
  }
  price {
    service_tier = "batch"
    input        = "1.875"
    output       = "7.5"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "ft:gpt-4o-mini" {
  tokenizer   = "o200k_base"
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.15"
    output       = "1.2"
  }
  media {
    images            = "tiles"
    image_base_tokens = 2833
    image_tile_tokens = 5667
  }
}

model "ft:gpt-4o-mini-2024-07-18" {
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.15"
    output       = "1.2"
  }
  price {
    service_tier = "batch"
    input        = "0.15"
    output       = "0.6"
  }
  media {
    images            = "tiles"
    image_base_tokens = 2833
    image_tile_tokens = 5667
  }
}

model "ft:o4-mini-2025-04-16" {
  ids               = ["ft:o4-mini"]
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "4"
    cached_input = "1"
    output       = "16"
  }
  price {
    service_tier = "batch"
    input        = "2"
    output       = "8"
  }
  media {
    images               = "patches"
    image_patch_bp       = 17200
    image_max_patches    = 1536
    max_tokens_per_image = 2642
  }
}

model "gpt-3.5-turbo" {
  ids               = ["gpt-3.5-turbo-0125"]
  context_tokens    = 16385
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "1.5"
  }
}

model "gpt-3.5-turbo-0613" {
  tokenizer   = "cl100k_base"
  source      = "Langfuse, genai-prices, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input  = "1.5"
    output = "2"
  }
}

model "gpt-3.5-turbo-1106" {
  context_tokens    = 16385
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  retires_on        = "2026-09-28"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "2"
  }
}

model "gpt-3.5-turbo-16k" {
  context_tokens    = 16385
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "4"
  }
}

model "gpt-3.5-turbo-16k-0613" {
  tokenizer   = "cl100k_base"
  source      = "Langfuse, genai-prices, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input  = "3"
    output = "4"
  }
}

model "gpt-3.5-turbo-instruct" {
  kind              = "completion"
  context_tokens    = 8192
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "1.5"
    output = "2"
  }
}

model "gpt-3.5-turbo-instruct-0914" {
  kind              = "completion"
  context_tokens    = 8192
  max_output_tokens = 4097
  tokenizer         = "cl100k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.5"
    output = "2"
  }
}

model "gpt-4" {
  context_tokens    = 8192
  max_output_tokens = 8192
  tokenizer         = "cl100k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "30"
    output = "60"
  }
}

model "gpt-4-0125-preview" {
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  retires_on        = "2026-03-26"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "10"
    output = "30"
  }
}

model "gpt-4-0314" {
  context_tokens    = 8192
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  retires_on        = "2026-03-26"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "30"
    output = "60"
  }
}

model "gpt-4-0613" {
  context_tokens    = 8192
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  retires_on        = "2025-06-06"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "30"
    output = "60"
  }
}

model "gpt-4-1106-preview" {
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  retires_on        = "2026-03-26"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "10"
    output = "30"
  }
}

model "gpt-4-1106-vision-preview" {
  tokenizer   = "cl100k_base"
  source      = "Langfuse, genai-prices, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input  = "10"
    output = "30"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4-32k" {
  ids         = ["gpt-4-32k-0314", "gpt-4-32k-0613"]
  tokenizer   = "cl100k_base"
  source      = "Langfuse, genai-prices, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input  = "60"
    output = "120"
  }
}

model "gpt-4-turbo" {
  ids               = ["gpt-4-turbo-2024-04-09"]
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "10"
    output = "30"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4-turbo-preview" {
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "10"
    output = "30"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4-vision-preview" {
  tokenizer   = "cl100k_base"
  source      = "Langfuse, genai-prices, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input  = "10"
    output = "30"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4.1" {
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.5"
    output       = "8"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.875"
    output       = "14"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "4"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4.1-2025-04-14" {
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.5"
    output       = "8"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "4"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4.1-mini" {
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.4"
    cached_input = "0.1"
    output       = "1.6"
  }
  price {
    service_tier = "priority"
    input        = "0.7"
    cached_input = "0.175"
    output       = "2.8"
  }
  price {
    service_tier = "batch"
    input        = "0.2"
    output       = "0.8"
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "gpt-4.1-mini-2025-04-14" {
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.4"
    cached_input = "0.1"
    output       = "1.6"
  }
  price {
    service_tier = "batch"
    input        = "0.2"
    output       = "0.8"
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "gpt-4.1-nano" {
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.025"
    output       = "0.4"
  }
  price {
    service_tier = "priority"
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.8"
  }
  price {
    service_tier = "batch"
    input        = "0.05"
    output       = "0.2"
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-4.1-nano-2025-04-14" {
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.025"
    output       = "0.4"
  }
  price {
    service_tier = "batch"
    input        = "0.05"
    output       = "0.2"
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-4.5-preview" {
  ids         = ["gpt-4.5-preview-2025-02-27"]
  tokenizer   = "o200k_base"
  source      = "Langfuse, genai-prices"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input        = "75"
    cached_input = "37.5"
    output       = "150"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4o" {
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "2.5"
    cached_input = "1.25"
    output       = "10"
  }
  price {
    service_tier = "priority"
    input        = "4.25"
    cached_input = "2.125"
    output       = "17"
  }
  price {
    service_tier = "batch"
    input        = "1.25"
    output       = "5"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4o-2024-05-13" {
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "Langfuse, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "5"
    output = "15"
  }
  price {
    service_tier = "priority"
    input        = "8.75"
    output       = "26.25"
  }
  price {
    service_tier = "batch"
    input        = "2.5"
    output       = "7.5"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4o-2024-08-06" {
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "2.5"
    cached_input = "1.25"
    output       = "10"
  }
  price {
    service_tier = "batch"
    input        = "1.25"
    output       = "5"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4o-2024-11-20" {
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "2.5"
    cached_input = "1.25"
    output       = "10"
  }
  price {
    service_tier = "batch"
    input        = "1.25"
    output       = "5"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4o-audio-preview" {
  ids               = ["gpt-4o-audio-preview-2024-12-17", "gpt-4o-audio-preview-2025-06-03"]
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.5"
    input_audio  = "40"
    output       = "10"
    output_audio = "80"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-4o-mini" {
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.075"
    output       = "0.6"
  }
  price {
    service_tier = "priority"
    input        = "0.25"
    cached_input = "0.125"
    output       = "1"
  }
  price {
    service_tier = "batch"
    input        = "0.075"
    output       = "0.3"
  }
  media {
    images            = "tiles"
    image_base_tokens = 2833
    image_tile_tokens = 5667
  }
}

model "gpt-4o-mini-2024-07-18" {
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.075"
    output       = "0.6"
  }
  price {
    service_tier = "batch"
    input        = "0.075"
    output       = "0.3"
  }
  unit "web_search" {
    price = "30"
    per   = 1000
  }
  media {
    images            = "tiles"
    image_base_tokens = 2833
    image_tile_tokens = 5667
  }
}

model "gpt-4o-mini-audio-preview" {
  ids               = ["gpt-4o-mini-audio-preview-2024-12-17"]
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.15"
    input_audio  = "10"
    output       = "0.6"
    output_audio = "20"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-4o-mini-realtime-preview" {
  kind              = "realtime"
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.3"
    input_audio  = "10"
    output       = "2.4"
    output_audio = "20"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-4o-mini-realtime-preview-2024-12-17" {
  kind              = "realtime"
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    input_audio  = "10"
    output       = "2.4"
    output_audio = "20"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-4o-mini-search-preview" {
  searches_always   = true
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.075"
    output       = "0.6"
  }
  price {
    service_tier = "batch"
    input        = "0.075"
    output       = "0.3"
  }
  unit "web_search" {
    price           = "30"
    per             = 1000
    once_per_prompt = true
  }
  media {
    images            = "tiles"
    image_base_tokens = 2833
    image_tile_tokens = 5667
  }
}

model "gpt-4o-mini-search-preview-2025-03-11" {
  searches_always   = true
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.075"
    output       = "0.6"
  }
  price {
    service_tier = "batch"
    input        = "0.075"
    output       = "0.3"
  }
  media {
    images            = "tiles"
    image_base_tokens = 2833
    image_tile_tokens = 5667
  }
}

model "gpt-4o-mini-transcribe" {
  ids               = ["gpt-4o-mini-transcribe-2025-03-20", "gpt-4o-mini-transcribe-2025-12-15"]
  kind              = "stt"
  context_tokens    = 16000
  max_output_tokens = 2000
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  note              = "sources differ on audio input: the dearer is listed"
  price {
    input       = "1.25"
    input_audio = "3"
    output      = "5"
  }
}

model "gpt-4o-realtime-preview" {
  ids               = ["gpt-4o-realtime-preview-2024-12-17", "gpt-4o-realtime-preview-2025-06-03"]
  kind              = "realtime"
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "5"
    cached_input = "2.5"
    input_audio  = "40"
    output       = "20"
    output_audio = "80"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-4o-search-preview" {
  searches_always   = true
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.5"
    cached_input = "1.25"
    output       = "10"
  }
  price {
    service_tier = "batch"
    input        = "1.25"
    output       = "5"
  }
  unit "web_search" {
    price           = "50"
    per             = 1000
    once_per_prompt = true
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4o-search-preview-2025-03-11" {
  searches_always   = true
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.5"
    cached_input = "1.25"
    output       = "10"
  }
  price {
    service_tier = "batch"
    input        = "1.25"
    output       = "5"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4o-transcribe" {
  kind              = "stt"
  context_tokens    = 16000
  max_output_tokens = 2000
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  note              = "sources differ on audio input: the dearer is listed"
  price {
    input       = "2.5"
    input_audio = "6"
    output      = "10"
  }
}

model "gpt-4o-transcribe-diarize" {
  kind              = "stt"
  context_tokens    = 16000
  max_output_tokens = 2000
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  note              = "sources differ on audio input: the dearer is listed"
  price {
    input       = "2.5"
    input_audio = "6"
    output      = "10"
  }
}

model "gpt-5" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  price {
    service_tier = "flex"
    input        = "0.625"
    cached_input = "0.0625"
    output       = "5"
  }
  price {
    service_tier = "priority"
    input        = "2.5"
    cached_input = "0.25"
    output       = "20"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5-2025-08-07" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  price {
    service_tier = "flex"
    input        = "0.625"
    cached_input = "0.0625"
    output       = "5"
  }
  price {
    service_tier = "priority"
    input        = "2.5"
    cached_input = "0.25"
    output       = "20"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5-chat-latest" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5-codex" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5-mini" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.25"
    cached_input = "0.025"
    output       = "2"
  }
  price {
    service_tier = "flex"
    input        = "0.125"
    cached_input = "0.0125"
    output       = "1"
  }
  price {
    service_tier = "priority"
    input        = "0.45"
    cached_input = "0.045"
    output       = "3.6"
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "gpt-5-mini-2025-08-07" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.25"
    cached_input = "0.025"
    output       = "2"
  }
  price {
    service_tier = "flex"
    input        = "0.125"
    cached_input = "0.0125"
    output       = "1"
  }
  price {
    service_tier = "priority"
    input        = "0.45"
    cached_input = "0.045"
    output       = "3.6"
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "gpt-5-nano" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.05"
    cached_input = "0.005"
    output       = "0.4"
  }
  price {
    service_tier = "flex"
    input        = "0.025"
    cached_input = "0.0025"
    output       = "0.2"
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-5-nano-2025-08-07" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.05"
    cached_input = "0.005"
    output       = "0.4"
  }
  price {
    service_tier = "flex"
    input        = "0.025"
    cached_input = "0.0025"
    output       = "0.2"
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-5-pro" {
  context_tokens    = 400000
  max_output_tokens = 272000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  note              = "no discount for cached input"
  price {
    input  = "15"
    output = "120"
  }
  price {
    service_tier = "batch"
    input        = "7.5"
    output       = "60"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5-pro-2025-10-06" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  note              = "no discount for cached input"
  price {
    input  = "15"
    output = "120"
  }
  price {
    service_tier = "batch"
    input        = "7.5"
    output       = "60"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5-search-api" {
  searches_always   = true
  ids               = ["gpt-5-search-api-2025-10-14"]
  context_tokens    = 272000
  max_output_tokens = 128000
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5.1" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  price {
    service_tier = "priority"
    input        = "2.5"
    cached_input = "0.25"
    output       = "20"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.1-2025-11-13" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  price {
    service_tier = "priority"
    input        = "2.5"
    cached_input = "0.25"
    output       = "20"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.1-chat-latest" {
  context_tokens    = 128000
  max_output_tokens = 16384
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  price {
    service_tier = "priority"
    input        = "2.5"
    cached_input = "0.25"
    output       = "20"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.1-codex" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  price {
    service_tier = "priority"
    input        = "2.5"
    cached_input = "0.25"
    output       = "20"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.1-codex-max" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.1-codex-mini" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.25"
    cached_input = "0.025"
    output       = "2"
  }
  price {
    service_tier = "priority"
    input        = "0.45"
    cached_input = "0.045"
    output       = "3.6"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.35"
    output       = "28"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2-2025-12-11" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.35"
    output       = "28"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2-chat-latest" {
  context_tokens    = 128000
  max_output_tokens = 16384
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.35"
    output       = "28"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2-codex" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.35"
    output       = "28"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2-pro" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "21"
    output = "168"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2-pro-2025-12-11" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "21"
    output = "168"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.3-chat-latest" {
  context_tokens    = 128000
  max_output_tokens = 16384
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.35"
    output       = "28"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.3-codex" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.35"
    output       = "28"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.4" {
  ids               = ["gpt-5.4-2026-03-05"]
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "2.5"
    cached_input = "0.25"
    output       = "15"
  }
  price {
    above_input_tokens = 272000
    input              = "5"
    cached_input       = "0.5"
    output             = "22.5"
  }
  price {
    service_tier = "flex"
    input        = "1.25"
    cached_input = "0.13"
    output       = "7.5"
  }
  price {
    service_tier = "priority"
    input        = "5"
    cached_input = "0.5"
    output       = "30"
  }
  price {
    service_tier = "batch"
    input        = "1.25"
    output       = "7.5"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.4-mini" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.75"
    cached_input = "0.075"
    output       = "4.5"
  }
  price {
    service_tier = "flex"
    input        = "0.375"
    cached_input = "0.0375"
    output       = "2.25"
  }
  price {
    service_tier = "priority"
    input        = "1.5"
    cached_input = "0.15"
    output       = "9"
  }
  price {
    service_tier = "batch"
    input        = "0.375"
    output       = "2.25"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "gpt-5.4-mini-2026-03-17" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.75"
    cached_input = "0.075"
    output       = "4.5"
  }
  price {
    service_tier = "flex"
    input        = "0.375"
    cached_input = "0.0375"
    output       = "2.25"
  }
  price {
    service_tier = "priority"
    input        = "1.5"
    cached_input = "0.15"
    output       = "9"
  }
  price {
    service_tier = "batch"
    input        = "0.375"
    output       = "2.25"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "gpt-5.4-nano" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.02"
    output       = "1.25"
  }
  price {
    service_tier = "flex"
    input        = "0.1"
    cached_input = "0.01"
    output       = "0.625"
  }
  price {
    service_tier = "batch"
    input        = "0.1"
    output       = "0.625"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-5.4-nano-2026-03-17" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.02"
    output       = "1.25"
  }
  price {
    service_tier = "flex"
    input        = "0.1"
    cached_input = "0.01"
    output       = "0.625"
  }
  price {
    service_tier = "batch"
    input        = "0.1"
    output       = "0.625"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-5.4-pro" {
  ids               = ["gpt-5.4-pro-2026-03-05"]
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  note              = "no discount for cached input"
  price {
    input  = "30"
    output = "180"
  }
  price {
    above_input_tokens = 272000
    input              = "60"
    output             = "270"
  }
  price {
    service_tier = "flex"
    input        = "15"
    output       = "90"
  }
  price {
    service_tier = "batch"
    input        = "15"
    output       = "90"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.5" {
  ids               = ["gpt-5.5-2026-04-23"]
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "5"
    cached_input = "0.5"
    output       = "30"
  }
  price {
    above_input_tokens = 272000
    input              = "10"
    cached_input       = "1"
    output             = "45"
  }
  price {
    service_tier = "flex"
    input        = "2.5"
    cached_input = "0.25"
    output       = "15"
  }
  price {
    service_tier = "priority"
    input        = "10"
    cached_input = "1"
    output       = "60"
  }
  price {
    service_tier = "batch"
    input        = "2.5"
    output       = "15"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.5-pro" {
  ids               = ["gpt-5.5-pro-2026-04-23"]
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  note              = "no discount for cached input"
  price {
    input  = "30"
    output = "180"
  }
  price {
    above_input_tokens = 272000
    input              = "60"
    output             = "270"
  }
  price {
    service_tier = "flex"
    input        = "15"
    output       = "90"
  }
  price {
    service_tier = "batch"
    input        = "15"
    output       = "90"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.6" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  cache_writes      = "automatic"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  note              = "a single later source lists 4/20; six list 5/30"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    output         = "30"
  }
  price {
    above_input_tokens = 272000
    input              = "10"
    cached_input       = "1"
    cache_write_5m     = "12.5"
    output             = "45"
  }
  price {
    service_tier   = "flex"
    input          = "2.5"
    cached_input   = "0.25"
    cache_write_5m = "3.125"
    output         = "15"
  }
  price {
    service_tier       = "flex"
    above_input_tokens = 272000
    input              = "5"
    cached_input       = "0.5"
    cache_write_5m     = "6.25"
    output             = "22.5"
  }
  price {
    service_tier   = "priority"
    input          = "10"
    cached_input   = "1"
    cache_write_5m = "12.5"
    output         = "60"
  }
  price {
    service_tier = "batch"
    input        = "2.5"
    output       = "15"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.6-luna" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  cache_writes      = "automatic"
  source            = "Langfuse, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "0.2"
    cached_input   = "0.02"
    cache_write_5m = "0.25"
    output         = "1.2"
  }
  price {
    above_input_tokens = 272000
    input              = "0.4"
    cached_input       = "0.04"
    cache_write_5m     = "0.5"
    output             = "1.8"
  }
  price {
    service_tier   = "flex"
    input          = "0.1"
    cached_input   = "0.01"
    cache_write_5m = "0.125"
    output         = "0.6"
  }
  price {
    service_tier       = "flex"
    above_input_tokens = 272000
    input              = "0.2"
    cached_input       = "0.02"
    cache_write_5m     = "0.25"
    output             = "0.9"
  }
  price {
    service_tier   = "priority"
    input          = "0.4"
    cached_input   = "0.04"
    cache_write_5m = "0.5"
    output         = "2.4"
  }
  price {
    service_tier = "batch"
    input        = "0.1"
    output       = "0.6"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.6-sol" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  cache_writes      = "automatic"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  note              = "a single later source lists 4/20; six list 5/30"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    output         = "30"
  }
  price {
    above_input_tokens = 272000
    input              = "10"
    cached_input       = "1"
    cache_write_5m     = "12.5"
    output             = "45"
  }
  price {
    service_tier   = "flex"
    input          = "2.5"
    cached_input   = "0.25"
    cache_write_5m = "3.125"
    output         = "15"
  }
  price {
    service_tier       = "flex"
    above_input_tokens = 272000
    input              = "5"
    cached_input       = "0.5"
    cache_write_5m     = "6.25"
    output             = "22.5"
  }
  price {
    service_tier   = "priority"
    input          = "10"
    cached_input   = "1"
    cache_write_5m = "12.5"
    output         = "60"
  }
  price {
    service_tier = "batch"
    input        = "2.5"
    output       = "15"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.6-terra" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  cache_writes      = "automatic"
  source            = "Langfuse, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "2"
    cached_input   = "0.2"
    cache_write_5m = "2.5"
    output         = "12"
  }
  price {
    above_input_tokens = 272000
    input              = "4"
    cached_input       = "0.4"
    cache_write_5m     = "5"
    output             = "18"
  }
  price {
    service_tier   = "flex"
    input          = "1"
    cached_input   = "0.1"
    cache_write_5m = "1.25"
    output         = "6"
  }
  price {
    service_tier       = "flex"
    above_input_tokens = 272000
    input              = "2"
    cached_input       = "0.2"
    cache_write_5m     = "2.5"
    output             = "9"
  }
  price {
    service_tier   = "priority"
    input          = "4"
    cached_input   = "0.4"
    cache_write_5m = "5"
    output         = "24"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "6"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-6-astra" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "automatic"
  source            = "models.dev and two gateway price tables"
  verified_at       = "2026-10-02"
  confidence        = "agreed"
  note              = "limits as for gpt-6-sol, not confirmed"
  price {
    input          = "10"
    cached_input   = "1"
    cache_write_5m = "12.5"
    output         = "50"
  }
  price {
    above_input_tokens = 272000
    input              = "20"
    cached_input       = "2"
    cache_write_5m     = "25"
    output             = "75"
  }
  price {
    service_tier   = "priority"
    input          = "20"
    cached_input   = "2"
    cache_write_5m = "25"
    output         = "100"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-6-luna" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "automatic"
  source            = "four application price tables"
  verified_at       = "2026-10-02"
  confidence        = "agreed"
  note              = "limits as for gpt-6-sol, not confirmed"
  price {
    input          = "0.1"
    cached_input   = "0.01"
    cache_write_5m = "0.125"
    output         = "0.5"
  }
  price {
    above_input_tokens = 272000
    input              = "0.2"
    cached_input       = "0.02"
    cache_write_5m     = "0.25"
    output             = "0.75"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-6-sol" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "automatic"
  source            = "four application price tables"
  verified_at       = "2026-10-02"
  confidence        = "agreed"
  price {
    input          = "2"
    cached_input   = "0.2"
    cache_write_5m = "2.5"
    output         = "10"
  }
  price {
    above_input_tokens = 272000
    input              = "4"
    cached_input       = "0.4"
    cache_write_5m     = "5"
    output             = "15"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-6.1-sol" {
  ids               = ["gpt-6.1-sol-2026-08-12"]
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "automatic"
  source            = "two gateway price tables"
  verified_at       = "2026-10-02"
  confidence        = "agreed"
  note              = "cache and long-context prices not found: cached input is priced as input; limits as for gpt-6-sol"
  price {
    input  = "2"
    output = "10"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-audio" {
  ids               = ["gpt-audio-2025-08-28"]
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.5"
    input_audio  = "32"
    output       = "10"
    output_audio = "64"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-audio-1.5" {
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.5"
    input_audio  = "32"
    output       = "10"
    output_audio = "64"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-audio-mini" {
  ids               = ["gpt-audio-mini-2025-10-06", "gpt-audio-mini-2025-12-15"]
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    input_audio  = "10"
    output       = "2.4"
    output_audio = "20"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-chat-latest" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "5"
    cached_input = "0.5"
    output       = "30"
  }
}

model "gpt-image-1.5" {
  ids         = ["gpt-image-1.5-2025-12-16"]
  kind        = "image"
  source      = "genai-prices, LiteLLM"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "5"
    cached_input = "1.25"
    input_image  = "8"
    output       = "10"
    output_image = "32"
  }
}

model "gpt-image-2" {
  kind        = "image"
  source      = "genai-prices, models.dev"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "5"
    cached_input = "1.25"
    output       = "30"
  }
}

model "gpt-realtime" {
  ids               = ["gpt-realtime-2025-08-28"]
  kind              = "realtime"
  context_tokens    = 32000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "4"
    cached_input = "0.4"
    input_audio  = "32"
    output       = "16"
    output_audio = "64"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-realtime-1.5" {
  kind              = "realtime"
  context_tokens    = 32000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "4"
    cached_input = "0.4"
    input_audio  = "32"
    output       = "16"
    output_audio = "64"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-realtime-2" {
  kind              = "realtime"
  context_tokens    = 32000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "4"
    cached_input = "0.4"
    output       = "24"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-realtime-2.1" {
  kind              = "realtime"
  context_tokens    = 128000
  max_output_tokens = 32000
  tokenizer         = "o200k_base"
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input              = "4"
    cached_input       = "0.4"
    input_audio        = "32"
    cached_input_audio = "0.4"
    output             = "24"
    output_audio       = "64"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-realtime-2.1-mini" {
  kind              = "realtime"
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input              = "0.6"
    cached_input       = "0.06"
    input_audio        = "10"
    cached_input_audio = "0.3"
    output             = "2.4"
    output_audio       = "20"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-realtime-mini" {
  ids               = ["gpt-realtime-mini-2025-10-06", "gpt-realtime-mini-2025-12-15"]
  kind              = "realtime"
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input              = "0.6"
    cached_input       = "0.06"
    input_audio        = "10"
    cached_input_audio = "0.3"
    output             = "2.4"
    output_audio       = "20"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "o1" {
  ids               = ["o1-2024-12-17"]
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "15"
    cached_input = "7.5"
    output       = "60"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o1-mini" {
  ids         = ["o1-mini-2024-09-12"]
  tokenizer   = "o200k_base"
  source      = "Langfuse, genai-prices, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input        = "1.1"
    cached_input = "0.55"
    output       = "4.4"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o1-preview" {
  ids         = ["o1-preview-2024-09-12"]
  tokenizer   = "o200k_base"
  source      = "Langfuse, genai-prices, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input        = "15"
    cached_input = "7.5"
    output       = "60"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o1-pro" {
  ids               = ["o1-pro-2025-03-19"]
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "150"
    output = "600"
  }
  price {
    service_tier = "batch"
    input        = "75"
    output       = "300"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o3" {
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.5"
    output       = "8"
  }
  price {
    service_tier = "flex"
    input        = "1"
    cached_input = "0.25"
    output       = "4"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.875"
    output       = "14"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o3-2025-04-16" {
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.5"
    output       = "8"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o3-deep-research" {
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "10"
    cached_input = "2.5"
    output       = "40"
  }
  price {
    service_tier = "batch"
    input        = "5"
    output       = "20"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o3-deep-research-2025-06-26" {
  context_tokens    = 200000
  max_output_tokens = 100000
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "10"
    cached_input = "2.5"
    output       = "40"
  }
  price {
    service_tier = "batch"
    input        = "5"
    output       = "20"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o3-mini" {
  ids               = ["o3-mini-2025-01-31"]
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.1"
    cached_input = "0.55"
    output       = "4.4"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o3-pro" {
  ids               = ["o3-pro-2025-06-10"]
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input  = "20"
    output = "80"
  }
  price {
    service_tier = "batch"
    input        = "10"
    output       = "40"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o4-mini" {
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.1"
    cached_input = "0.275"
    output       = "4.4"
  }
  price {
    service_tier = "flex"
    input        = "0.55"
    cached_input = "0.1375"
    output       = "2.2"
  }
  price {
    service_tier = "priority"
    input        = "2"
    cached_input = "0.5"
    output       = "8"
  }
  media {
    images               = "patches"
    image_patch_bp       = 17200
    image_max_patches    = 1536
    max_tokens_per_image = 2642
  }
}

model "o4-mini-2025-04-16" {
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "1.1"
    cached_input = "0.275"
    output       = "4.4"
  }
  media {
    images               = "patches"
    image_patch_bp       = 17200
    image_max_patches    = 1536
    max_tokens_per_image = 2642
  }
}

model "o4-mini-deep-research" {
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.5"
    output       = "8"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "4"
  }
  media {
    images               = "patches"
    image_patch_bp       = 17200
    image_max_patches    = 1536
    max_tokens_per_image = 2642
  }
}

model "o4-mini-deep-research-2025-06-26" {
  context_tokens    = 200000
  max_output_tokens = 100000
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.5"
    output       = "8"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "4"
  }
  media {
    images               = "patches"
    image_patch_bp       = 17200
    image_max_patches    = 1536
    max_tokens_per_image = 2642
  }
}

model "omni-moderation-latest" {
  ids            = ["omni-moderation-2024-09-26", "text-moderation-latest", "text-moderation-stable"]
  kind           = "moderation"
  context_tokens = 32768
  free           = true
  source         = "LiteLLM"
  verified_at    = "2026-08-01"
  confidence     = "single"
  price {
    input  = "0"
    output = "0"
  }
}

model "sora-2" {
  kind        = "video"
  source      = "LiteLLM"
  verified_at = "2026-08-01"
  confidence  = "single"
  unit "output_video_second" {
    price = "0.1"
  }
}

model "text-embedding-3-large" {
  kind           = "embedding"
  context_tokens = 8191
  tokenizer      = "cl100k_base"
  source         = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.13"
  }
  price {
    service_tier = "batch"
    input        = "0.065"
  }
}

model "text-embedding-3-small" {
  kind           = "embedding"
  context_tokens = 8191
  tokenizer      = "cl100k_base"
  source         = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.02"
  }
  price {
    service_tier = "batch"
    input        = "0.01"
  }
}

model "text-embedding-ada-002" {
  kind           = "embedding"
  context_tokens = 8192
  tokenizer      = "cl100k_base"
  source         = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "text-embedding-ada-002-v2" {
  kind           = "embedding"
  context_tokens = 8191
  tokenizer      = "cl100k_base"
  source         = "genai-prices, Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
  price {
    service_tier = "batch"
    input        = "0.05"
  }
}

model "tts-1" {
  ids         = ["tts-1-1106"]
  kind        = "tts"
  source      = "LiteLLM, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  unit "character" {
    price = "15"
    per   = 1000000
  }
}

model "tts-1-hd" {
  ids         = ["tts-1-hd-1106"]
  kind        = "tts"
  source      = "LiteLLM, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  unit "character" {
    price = "30"
    per   = 1000000
  }
}

model "whisper-1" {
  kind        = "stt"
  source      = "LiteLLM, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  unit "input_audio_second" {
    price = "0.006"
    per   = 60
  }
}
