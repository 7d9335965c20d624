"""OpenAI's API over the service: models, chat completions and responses, as openai-python's types have them."""
